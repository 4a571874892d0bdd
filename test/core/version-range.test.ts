import { expect, test } from 'vitest';
import { goesBack, highestTag, isVersionRange } from '../../src/core/version-range.ts';

test.each(['^1.4', '~2.0.1', '1.x', '1', '1.4', '>=2 <3', '^1 || ^3', '1.2 - 1.4', '*', '^1.5.0-rc.1'])(
  '%s is a range of versions',
  (text) => {
    expect(isVersionRange(text)).toBe(true);
  },
);

test.each(['1.4.2', 'v1.4.2', 'v1', 'v1.4', 'stable', 'release-1', '2026.01.15', '1.5.0-rc.1', '', ' '])(
  '"%s" is the name of one tag',
  (text) => {
    expect(isVersionRange(text)).toBe(false);
  },
);

test.each<[string, readonly string[], string | undefined]>([
  ['^1.4', ['v1.4.1', 'v1.5.0', 'v2.0.0'], 'v1.5.0'],
  ['^1.4', ['1.4.9', 'v1.4.10', '1.4.2'], 'v1.4.10'],
  ['^1.4', ['v1.3.9', 'v2.0.0', 'nightly', 'v1'], undefined],
  ['^1.4', ['v1.4.0', 'v1.5.0-rc.1'], 'v1.4.0'],
  ['^1.5.0-rc.1', ['v1.4.0', 'v1.5.0-rc.2', 'v1.6.0-rc.1'], 'v1.5.0-rc.2'],
  ['1.x', ['v1.4.0', '1.4.0'], '1.4.0'],
])('of the tags that %s lets in, the highest wins: %j', (range, tags, highest) => {
  expect(highestTag(range, tags)).toBe(highest);
  expect(highestTag(range, tags.toReversed())).toBe(highest);
});

test('a lower tag goes back only from a version that the range still lets in', () => {
  expect(goesBack('^1.4', 'v1.4.1', 'v1.5.0')).toBe(true);
  expect(goesBack('^1.4', 'v1.5.0', 'v1.5.0')).toBe(false);
  expect(goesBack('^1.4', 'v1.6.0', 'v1.5.0')).toBe(false);
  // Whoever narrows the range asks for the older version.
  expect(goesBack('~1.4.0', 'v1.4.1', 'v1.5.0')).toBe(false);
  expect(goesBack('^1.4', 'v1.4.1', 'main')).toBe(false);
});
