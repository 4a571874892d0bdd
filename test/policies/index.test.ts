import { expect, test } from 'vitest';
import { allowanceNames } from '../../src/core/policy.ts';
import * as gates from '../../src/policies/index.ts';

const names = Object.values(gates).map(({ name }) => name);

test('gates have names of their own, by which verdicts are found', () => {
  expect(new Set(names).size).toBe(names.length);
});

test('every allowance has a gate that asks for it, and nothing else objects', () => {
  const asked = allowanceNames.map((name) => name.replaceAll('_', '-'));
  expect(names.toSorted()).toEqual([...asked, 'mutable-tags', 'on-change', 'policy'].toSorted());
});
