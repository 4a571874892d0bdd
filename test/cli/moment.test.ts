import { expect, test } from 'vitest';
import { ago, when } from '../../src/cli/moment.ts';

const now = new Date('2026-03-01T12:00:00Z');

test.each([
  ['2026-03-01T12:00:00.000Z', 'just now'],
  ['2026-03-01T11:59:15Z', '45 s ago'],
  ['2026-03-01T11:00:01Z', '59 min ago'],
  ['2026-03-01T11:00:00Z', '1 h ago'],
  ['2026-02-27T12:00:01Z', '47 h ago'],
  ['2026-02-27T12:00:00Z', '2 d ago'],
  ['2026-03-01T12:10:00Z', 'in 10 min'],
  ['whenever', 'at an unknown time'],
])('%s is %s', (at, text) => {
  expect(ago(at, now)).toBe(text);
});

test('a moment is told both ways', () => {
  expect(when('2026-03-01T10:00:00.123Z', now)).toBe('1 h ago (2026-03-01 10:00:00 UTC)');
});
