import { expect, test } from 'vitest';
import { parseModel } from '../../../../src/edges/engines/compose/parse.ts';
import recorded from '../recorded/config.json' with { type: 'json' };

test('a rendering of Compose comes through whole, known or not', () => {
  expect(parseModel(recorded)).toEqual(recorded);
});

test('published ports are text, also where Compose writes numbers', () => {
  const model = parseModel({ name: 'x', services: { web: { ports: [{ target: 80, published: 8080 }] } } });
  expect(model.services['web']?.ports).toEqual([{ target: 80, published: '8080' }]);
});

test('something else is refused, and said to be of an unknown shape', () => {
  expect(() => parseModel({ services: [] })).toThrow(
    expect.objectContaining({ code: 'engine-refused', message: expect.stringContaining('rendering') }),
  );
});
