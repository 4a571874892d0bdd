import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { allRoutes, apiDescription } from '../../src/api/all-routes.ts';

const description = JSON.parse(JSON.stringify(await apiDescription()));

/** Every value in a tree with the path to it. */
function* walk(value: unknown, path = '#'): Generator<readonly [string, unknown]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* walk(member, `${path}/${key}`);
}

const operations = Object.entries<Record<string, Operation>>(description.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: unknown }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> };
  readonly responses: Record<
    string,
    { readonly $ref?: string; readonly content?: Record<string, { schema: unknown }> }
  >;
}

test('docs/openapi.json is what `node scripts/generate-docs.mjs` makes', async () => {
  const committed = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed)).toEqual(description);
});

test('every route is described, once', () => {
  const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const wanted = allRoutes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(described.toSorted()).toEqual(wanted.toSorted());
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['getStatus', 'postAppsRollback', 'getAppsOne', 'postTokensRevoke']));
});

test('every operation says what it does, takes and answers', () => {
  for (const { path, method, operation } of operations) {
    const where = `${method} ${path}`;
    expect([where, operation.summary]).toEqual([where, expect.stringMatching(/^[A-Z].{10,}[^.]$/)]);
    const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path');
    expect([where, inPath.map(({ name }) => `{${name}}`)]).toEqual([where, path.match(/\{\w+\}/g) ?? []]);
    expect(inPath.every(({ required }) => required)).toBe(true);
    expect([where, operation.requestBody !== undefined]).toEqual([where, method === 'post']);
    const { default: problem, ...answers } = operation.responses;
    expect(problem).toEqual({ $ref: '#/components/responses/Problem' });
    expect([where, Object.values(answers).map(({ content }) => Object.keys(content ?? {}).length)]).toEqual([
      where,
      [1],
    ]);
  }
});

test('every reference leads somewhere, and every schema is one of JSON Schema’s', () => {
  const pointers = new Map(walk(description));
  const types = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'];
  let references = 0;
  for (const [path, value] of pointers) {
    if (path.endsWith('/$ref')) {
      references += 1;
      expect([path, pointers.has(String(value))]).toEqual([path, true]);
    }
    if (path.endsWith('/type') && path.includes('/schema') && typeof value === 'string')
      expect([path, types]).toEqual([path, expect.arrayContaining([value])]);
  }
  expect(references).toBeGreaterThan(50);
  expect(JSON.stringify(description)).not.toContain('$defs');
});

test('what needs no token says so, and what is changed asks for one', () => {
  const open = operations.filter(({ operation }) => operation.security?.length === 0).map(({ path }) => path);
  expect(open).toEqual(['/webhooks/{name}', '/healthz', '/readyz', '/v1/openapi.json']);
  expect(description.security).toEqual([{ token: [] }]);
});
