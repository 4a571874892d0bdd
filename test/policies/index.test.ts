import { expect, test } from 'vitest';
import * as gates from '../../src/policies/index.ts';

test('gates have names of their own, by which verdicts are found', () => {
  const names = Object.values(gates).map(({ name }) => name);
  expect(names.sort()).toEqual([
    'engine-socket',
    'host-binds',
    'host-namespaces',
    'mutable-tags',
    'on-change',
    'privileged',
  ]);
});
