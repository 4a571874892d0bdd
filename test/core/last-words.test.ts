import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kept, lastWords, secretsOf } from '../../src/core/last-words.ts';

test('the end of a text, without empty lines', () => {
  expect(lastWords('one\n\n  \ntwo\n')).toBe('one\ntwo');
});

test('is bounded, whatever was written', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 5000 }), { maxLength: 60 }), (lines) => {
      const words = lastWords(lines.join('\n'));
      expect(words.split('\n').length).toBeLessThanOrEqual(kept.lines);
      expect(words.length).toBeLessThanOrEqual(kept.characters);
    }),
  );
});

test('secrets of a service are taken out: by the names of variables, and those that come from a variable', () => {
  const environment = { DB_PASSWORD: 'pa$$word1', API_TOKEN: 'tick-et', COLOUR: 'very blue', PIN_SECRET: '1234' };
  const compose = JSON.stringify({ services: { migrate: { environment } } });
  const redact = secretsOf({ compose, environment: { KEY: 'from-outside' } }, 'migrate');
  expect(redact('pa$word1 tick-et very blue from-outside 1234')).toBe('*** *** very blue *** 1234');
});
