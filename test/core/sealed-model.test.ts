import { expect, test } from 'vitest';
import { essence, parseSealed, withNames } from '../../src/core/sealed-model.ts';
import { model, sealed } from '../support/builders.ts';

test('the sealed text is a model again', () => {
  const rendered = model({ web: { image: 'nginx:1' } });
  expect(parseSealed(sealed(rendered).compose)).toMatchObject({ name: 'shop', services: { web: {} } });
});

test('a text without services is a fault of ours', () => {
  expect(() => parseSealed('{}')).toThrow(expect.objectContaining({ code: 'bug' }));
  expect(() => parseSealed('[]')).toThrow(expect.objectContaining({ code: 'bug' }));
});

test('keys of networks and volumes stand for their names', () => {
  const service = {
    networks: { front: null, back: { aliases: ['x'] }, unknown: null },
    volumes: [
      { type: 'volume', source: 'data', target: '/d' },
      { type: 'volume', target: '/anonymous' },
      { type: 'bind', source: '/data', target: '/b' },
    ],
  };
  const rendered = model(
    {},
    { networks: { front: { name: 'shop_front' }, back: { name: 'proxy' } }, volumes: { data: { name: 'shop_data' } } },
  );
  expect(withNames(service, rendered)).toEqual({
    networks: { front: { name: 'shop_front' }, back: { aliases: ['x'], name: 'proxy' }, unknown: { name: 'unknown' } },
    volumes: [
      { type: 'volume', source: 'shop_data', target: '/d' },
      { type: 'volume', target: '/anonymous' },
      { type: 'bind', source: '/data', target: '/b' },
    ],
  });
});

test('order, number and notes are not of the essence', () => {
  const service = {
    image: 'nginx:1',
    scale: 2,
    depends_on: { db: {} },
    deploy: { replicas: 2, resources: {}, placement: {}, labels: { a: 'b' } },
    'x-owner': 'ada',
  };
  expect(essence(service, model({}))).toEqual({ image: 'nginx:1', deploy: { labels: { a: 'b' } } });
  expect(essence({ image: 'nginx:1', deploy: { replicas: 1, resources: {} } }, model({}))).toEqual({
    image: 'nginx:1',
  });
});
