import { expect, test } from 'vitest';
import * as shapes from '../../src/api/record-shapes.ts';
import { createRouter } from '../../src/api/router.ts';
import type { Visit } from '../../src/api/visit.ts';
import type { Caller } from '../../src/model/access.ts';
import { testHarbor } from '../support/test-harbor.ts';
import { officeOf } from './rig.ts';

const local: Caller = { kind: 'local', name: undefined, role: 'admin', apps: [] };
const stranger: Caller = { kind: 'token', name: 'blog', role: 'viewer', apps: ['blog'] };

/** A host on which the shop was deployed twice. */
async function deployedTwice() {
  const world = await testHarbor();
  await world.pass('request');
  const first = world.source.commit;
  world.push({ services: { web: { image: 'web:2' } } });
  await world.pass('request');
  const router = createRouter(officeOf(world.harbor()));
  const ask = async (path: string, caller = local) => {
    const visit: Visit = {
      admit: async () => caller,
      limit: undefined,
      address: '192.0.2.1',
      count: () => undefined,
    };
    const answer = await router.request(path, {}, visit);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { ...world, first, ask };
}

test('audit tells what ran when, and what ran at one moment', async () => {
  const { ask, first, source, log } = await deployedTwice();
  const { status, body } = await ask('/v1/apps/shop/audit?since=2020-01-01');
  expect(status).toBe(200);
  const { spans = [] } = shapes.audit.parse(body);
  expect(spans.filter(({ state }) => state === 'running').map(({ commit }) => commit)).toEqual([first, source.commit]);
  const end = log.written.find(({ kind }) => kind === 'finished');
  const { body: then } = await ask(`/v1/apps/shop/audit?at=${end?.at}`);
  expect(shapes.audit.parse(then)).toMatchObject({ at: end?.at, span: { app: 'shop' } });
});

test('audit says which question it does not understand', async () => {
  const { ask } = await deployedTwice();
  expect(await ask('/v1/apps/nobody/audit')).toMatchObject({
    status: 422,
    body: { code: 'app-unknown', detail: 'the deployment log knows no app nobody' },
  });
  expect(await ask('/v1/apps/shop/audit?at=soon')).toMatchObject({
    status: 422,
    body: { detail: "?at= does not understand 'soon'" },
  });
  expect(await ask('/v1/apps/shop/audit?at=2020-01-01&since=2d')).toMatchObject({
    status: 422,
    body: { detail: '?at= is one moment, and ?since= and ?until= are not' },
  });
});

test('trace walks from a commit to what it brought, and not to what the caller may not see', async () => {
  const { ask, first } = await deployedTwice();
  const { body } = await ask(`/v1/trace?what=${first.slice(0, 12)}`);
  const { findings } = shapes.trace.parse(body);
  expect(findings).toMatchObject([{ kind: 'commit', id: first, app: 'shop', ran: [{ state: 'running' }] }]);
  expect((await ask(`/v1/trace?what=${first.slice(0, 12)}`, stranger)).body).toMatchObject({ findings: [] });
  expect(await ask('/v1/trace?what=ab')).toMatchObject({ status: 422 });
});

test('a question that lacks something, or has too much, is told what and what there is', async () => {
  const { ask } = await deployedTwice();
  expect(await ask('/v1/trace')).toMatchObject({
    status: 422,
    body: {
      detail: 'the request is not valid: ?what= is missing',
      hint: 'It may have: ?what=. See /v1/openapi.json.',
    },
  });
  expect((await ask('/v1/apps/shop/audit?when=1')).body).toMatchObject({
    detail: 'the request is not valid: ?when= is not known',
    hint: 'It may have: ?since=, ?until=, ?at=. See /v1/openapi.json.',
  });
  expect((await ask('/v1/log?limit=many')).body['detail']).toMatch(/^the request is not valid: \?limit=: /);
});
