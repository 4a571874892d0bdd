import { expect, test } from 'vitest';
import { actsOf } from '../../src/core/acts.ts';
import type { Change } from '../../src/model/change.ts';
import { container, hex, network, pin, service } from '../support/builders.ts';

const pinned = (tag: string, digest: number) => `${tag}@sha256:${hex(digest)}`;

const replaced = (requested: string, from: string, to: string): Change => ({
  kind: 'replace',
  to: service('web', { image: pin(requested) }),
  from: [container('web')],
  cause: { kind: 'image', from, to },
});
const moved = replaced('web:1', pinned('web:1', 1), pinned('web:1', 2));
const follows: Change = {
  kind: 'replace',
  to: service('side'),
  from: [container('side')],
  cause: { kind: 'follows', service: 'web', relation: 'network_mode' },
};
const changed: Change = {
  kind: 'replace',
  to: service('side'),
  from: [container('side')],
  cause: { kind: 'configuration', fields: ['ports'] },
};
const removed: Change = { kind: 'remove', service: 'old', from: [container('old')], cause: { kind: 'not-declared' } };

test('a tag that moved is no deployment, with what follows from it', () => {
  expect(actsOf([moved])).toEqual(['image']);
  expect(actsOf([moved, follows])).toEqual(['image']);
});

test('whatever Git changed is a deployment, also where a tag moved at the same time', () => {
  expect(actsOf([changed])).toEqual(['deploy']);
  expect(actsOf([moved, changed])).toEqual(['deploy']);
  expect(actsOf([follows])).toEqual(['deploy']);
  expect(actsOf([])).toEqual(['deploy']);
});

test('another tag, and another digest in the compose file, are changes of Git', () => {
  expect(actsOf([replaced('web:2', pinned('web:1', 1), pinned('web:2', 2))])).toEqual(['deploy']);
  expect(actsOf([replaced(pinned('web:1', 2), pinned('web:1', 1), pinned('web:1', 2))])).toEqual(['deploy']);
});

test('what removes services or networks is a removal besides', () => {
  expect(actsOf([removed])).toEqual(['deploy', 'prune']);
  expect(actsOf([{ kind: 'remove-network', network: network('old'), cause: { kind: 'not-declared' } }])).toContain(
    'prune',
  );
});
