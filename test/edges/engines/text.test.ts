import { expect, test } from 'vitest';
import { lastLines, visible } from '../../../src/edges/engines/text.ts';

test.each([
  ['colours go', 'a \u001b[1;31mred\u001b[0m b', 'a red b'],
  ['a terminal title goes', '\u001b]0;owned\u0007x', 'x'],
  ['line feeds and tabs stay', 'a\tb\nc\r\nd', 'a\tb\nc\nd'],
  ['other control characters become visible', 'a\u0000b\u009bc\u007f', 'a<U+0000>b<U+009B>c<U+007F>'],
  ['text that runs backwards becomes visible', 'a\u202eb\u2066c', 'a<U+202E>b<U+2066>c'],
])('%s', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('the last lines do not count empty ones', () => {
  expect(lastLines('one\n\ntwo\n \nthree\n', 2)).toBe('two\nthree');
});
