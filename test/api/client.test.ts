import { symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { daemonHarbor } from '../../src/api/client.ts';
import { exchange } from '../../src/api/exchange.ts';
import { askedBy } from '../../src/core/actor.ts';
import { HarborError } from '../../src/errors.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Step } from '../../src/model/plan.ts';
import type { HostStatus, PlanReport } from '../../src/model/report.ts';
import { appStatus, inSync, passed, planned, planOf, steps } from '../cli/builders.ts';
import { harbormaster } from '../cli/rig.ts';
import { curl, daemon, socketPath } from './rig.ts';

const cause = { kind: 'new' } as const;
const services = [{ service: 'web', cause }];
const containers = [{ id: 'c', name: 'shop-web-1' }];
const everyStep: readonly Step[] = [
  ...steps,
  { kind: 'build', service: 'web', tag: 't' },
  { kind: 'files', paths: ['nginx.conf'] },
  { kind: 'stop', services, containers },
  {
    kind: 'remove-network',
    network: { id: 'n', name: 'shop_default' },
    cause: { kind: 'network', network: 'default' },
  },
  { kind: 'create', services },
  { kind: 'start', services, containers },
  {
    kind: 'refresh',
    by: { kind: 'signal', signals: ['HUP'] },
    services,
    containers: [{ id: 'c', name: 'shop-web-1', from: ['web-1'], to: 'web-2' }],
  },
  { kind: 'mend', services, mends: [{ kind: 'unpause', container: { id: 'c', name: 'shop-web-1' } }] },
  { kind: 'remove', services, containers },
];

/** What JSON makes of a value: keys that are undefined are gone. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test('every kind of plan comes through as it is, and so do the names of the apps', async () => {
  const plans: readonly PlanReport[] = [
    inSync('blog'),
    planned({
      plan: planOf('shop', everyStep),
      verdicts: [{ gate: 'g', ruling: 'warn', service: undefined, reason: 'r', lift: undefined }],
    }),
    { kind: 'removal', app: 'old', plan: planOf('old', []), verdicts: [] },
    { kind: 'failed', app: 'wiki', code: 'compose-invalid', message: 'm', hint: undefined },
  ];
  const asked: unknown[] = [];
  await using hm = await daemon({
    plan: async (apps) => {
      asked.push(apps);
      return plans;
    },
  });
  expect(plain(await daemonHarbor(hm.path).plan(['a b', 'ü&app=x']))).toEqual(plain(plans));
  await daemonHarbor(hm.path).plan([]);
  expect(asked).toEqual([['a b', 'ü&app=x'], []]);
});

test('a preview is asked for by its ref, whatever that is called', async () => {
  const asked: unknown[] = [];
  await using hm = await daemon({
    preview: async (...given) => {
      asked.push(given);
      return [planned({ preview: { ref: 'fix/a&b=c#1' }, verdicts: [] })];
    },
  });
  const harbor = daemonHarbor(hm.path);
  expect(await harbor.preview(['a b', 'ü&app=x'], 'fix/a&b=c#1')).toMatchObject([{ preview: { ref: 'fix/a&b=c#1' } }]);
  expect(asked).toEqual([[['a b', 'ü&app=x'], 'fix/a&b=c#1']]);
  await expect(harbor.preview([], '')).rejects.toMatchObject({ code: 'usage' });
});

test('every kind of status comes through as it is', async () => {
  const status: HostStatus = {
    host: 'prod-1',
    daemon: { pid: 1, since: '2026-01-01T00:00:00Z' },
    apps: [
      appStatus(),
      appStatus({ sync: { state: 'unknown', because: 'b' }, operation: 'replace web', deployed: undefined }),
      appStatus({
        sync: { state: 'out-of-sync', causes: ['c'] },
        blockedBy: [{ code: 'blocked', detail: 'd', hint: 'h', since: 's', until: undefined, lift: 'l' }],
      }),
    ],
  };
  await using hm = await daemon({ status: async () => status });
  expect(plain(await daemonHarbor(hm.path).status(['shop']))).toEqual(plain(status));
});

test('every outcome comes through, after each step as it happens, with who asked', async () => {
  const outcomes: readonly Outcome[] = [
    { kind: 'applied' },
    { kind: 'unchanged' },
    { kind: 'blocked', reasons: [{ code: 'denied', reason: 'r', lift: 'a line' }] },
    { kind: 'failed', step: undefined, code: 'unhealthy', message: 'm', hint: 'h' },
    { kind: 'interrupted', step: 's' },
    { kind: 'superseded', step: 's', by: 'b' },
  ];
  const reports = outcomes.map((outcome) => passed({ outcome, entry: undefined, revision: undefined }));
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using hm = await daemon({
    apply: async (apps, trigger, progress) => {
      expect([apps, trigger]).toEqual([['shop'], askedBy({ kind: 'user', name: 'Zoë\\u001b' })]);
      progress('shop', 'pull ü\nx');
      await gate;
      progress('shop', 'replace web');
      return reports;
    },
  });
  const told: string[] = [];
  const answer = await daemonHarbor(hm.path).apply(['shop'], { kind: 'request', by: 'Zoë\u001b' }, (app, message) => {
    told.push(`${app}: ${message}`);
    release();
  });
  expect(told).toEqual(['shop: pull ü\nx', 'shop: replace web']);
  expect(plain(answer)).toEqual(plain(reports));
});

const ada = askedBy({ kind: 'user', name: 'ada' });

test('the wish to go past a closed window arrives with its reason, and only where somebody had it', async () => {
  const asked: unknown[] = [];
  const note = async (apps: unknown, trigger: unknown) => {
    asked.push([apps, trigger]);
    return [];
  };
  await using hm = await daemon({
    apply: note,
    retry: note,
    rollback: async (request, trigger) => {
      asked.push([request, trigger]);
      return passed();
    },
  });
  const harbor = daemonHarbor(hm.path);
  const past = { ...ada, override: 'broken' } as const;
  const back = { app: 'shop', to: undefined, reason: 'broken', hold: false };
  await harbor.apply(['shop'], past, () => undefined);
  await harbor.retry(['shop'], past, () => undefined);
  await harbor.rollback(back, past, () => undefined);
  await harbor.apply(['shop'], ada, () => undefined);
  expect(asked).toEqual([
    [['shop'], past],
    [['shop'], past],
    [back, past],
    [['shop'], ada],
  ]);
});

test('each act of a person arrives as it was meant, with who asked and why', async () => {
  const asked: unknown[] = [];
  const note = { app: 'a/b', entry: 7, summary: 'It is so.' };
  await using hm = await daemon({
    rollback: async (request, trigger, progress) => {
      asked.push(['rollback', request, trigger]);
      progress('a/b', 'replace web');
      return passed();
    },
    adopt: async (request, trigger) => {
      asked.push(['adopt', request, trigger]);
      return passed();
    },
    retry: async (apps, trigger) => {
      asked.push(['retry', apps, trigger]);
      return [];
    },
    hold: async (...given) => {
      asked.push(['hold', ...given]);
      return note;
    },
    release: async (...given) => {
      asked.push(['release', ...given]);
      return { ...note, entry: undefined };
    },
    suspend: async (...given) => {
      asked.push(['suspend', ...given]);
      return { ...note, app: given[0].app };
    },
    resume: async (...given) => {
      asked.push(['resume', ...given]);
      return { ...note, app: given[0] };
    },
    acceptHistory: async (...given) => {
      asked.push(['accept-history', ...given]);
      return note;
    },
    forget: async (...given) => {
      asked.push(['forget', ...given]);
      return note;
    },
    approve: async (request, trigger, progress) => {
      asked.push(['approve', request, trigger]);
      progress(request.app, 'replace web');
      return passed();
    },
    reject: async (...given) => {
      asked.push(['reject', ...given]);
      return note;
    },
  });
  const harbor = daemonHarbor(hm.path);
  const told: string[] = [];
  const tell = (app: string, message: string) => told.push(`${app}: ${message}`);
  const back = { app: 'a/b', to: undefined, reason: 'too slow', hold: true };
  expect(plain(await harbor.rollback(back, ada, tell))).toEqual(plain(passed()));
  await harbor.rollback({ ...back, to: 'a1b2', hold: false }, ada, tell);
  expect(plain(await harbor.adopt({ app: 'shop', from: 'i2', reason: undefined }, ada, tell))).toEqual(plain(passed()));
  expect(await harbor.retry(['shop'], ada, tell)).toEqual([]);
  expect(await harbor.hold('a/b', 'the sale', ada)).toEqual(note);
  expect(await harbor.release('shop', undefined, ada)).toEqual({ app: 'a/b', summary: 'It is so.' });
  const pause = { app: 'a/b', reason: 'a look', until: '2h', forever: false };
  const freeze = { app: undefined, reason: 'a move', until: undefined, forever: true };
  expect(await harbor.suspend(pause, ada)).toEqual(note);
  expect(await harbor.suspend(freeze, ada)).toEqual({ entry: 7, summary: 'It is so.' });
  await harbor.resume('a/b', 'seen', ada);
  expect(await harbor.resume(undefined, undefined, ada)).toEqual({ entry: 7, summary: 'It is so.' });
  expect(await harbor.acceptHistory('shop', 'a secret', ada)).toEqual(note);
  expect(await harbor.forget('shop', 'moves out', ada)).toEqual(note);
  const decision = { app: 'a/b', plan: '0123456789ab', reason: 'tested' };
  expect(plain(await harbor.approve({ ...decision, reason: undefined }, ada, tell))).toEqual(plain(passed()));
  expect(await harbor.reject(decision, ada)).toEqual(note);
  expect(asked).toEqual([
    ['rollback', back, ada],
    ['rollback', { ...back, to: 'a1b2', hold: false }, ada],
    ['adopt', { app: 'shop', from: 'i2', reason: undefined }, ada],
    ['retry', ['shop'], ada],
    ['hold', 'a/b', 'the sale', ada],
    ['release', 'shop', undefined, ada],
    ['suspend', pause, ada],
    ['suspend', freeze, ada],
    ['resume', 'a/b', 'seen', ada],
    ['resume', undefined, undefined, ada],
    ['accept-history', 'shop', 'a secret', ada],
    ['forget', 'shop', 'moves out', ada],
    ['approve', { ...decision, reason: undefined }, ada],
    ['reject', decision, ada],
  ]);
  expect(told).toEqual(['a/b: replace web', 'a/b: replace web', 'a/b: replace web']);
});

test('errors of the daemon are thrown as they were there', async () => {
  const error = new HarborError('there is no app x', {
    code: 'app-unknown',
    hint: 'Apps of this host: shop',
    at: 'h.yml:1:1',
  });
  const fail = async (): Promise<never> => {
    throw error;
  };
  await using hm = await daemon({ plan: fail, status: fail, apply: fail, rollback: fail, hold: fail });
  const harbor = daemonHarbor(hm.path);
  const same = { name: 'HarborError', code: 'app-unknown', message: error.message, hint: error.hint, at: error.at };
  await expect(harbor.plan(['x'])).rejects.toMatchObject(same);
  await expect(harbor.status(['x'])).rejects.toMatchObject(same);
  await expect(harbor.apply(['x'], { kind: 'request' }, () => undefined)).rejects.toMatchObject(same);
  await expect(harbor.hold('x', 'why', ada)).rejects.toMatchObject(same);
  const back = { app: 'x', to: undefined, reason: 'why', hold: false };
  await expect(harbor.rollback(back, ada, () => undefined)).rejects.toMatchObject(same);
});

test('also those that come after the first step', async () => {
  await using hm = await daemon({
    apply: async (_apps, _trigger, progress) => {
      progress('shop', 'pull');
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new HarborError('the disk is full', { code: 'log-unwritable' });
    },
  });
  await expect(daemonHarbor(hm.path).apply([], { kind: 'request' }, () => undefined)).rejects.toMatchObject({
    code: 'log-unwritable',
  });
});

test('without a daemon there is an error that says so', async () => {
  const path = await socketPath();
  await expect(daemonHarbor(path).status([])).rejects.toMatchObject({
    code: 'daemon-unreachable',
    message: `no daemon answers on ${path}`,
  });
});

test('an interrupt stops the asking, not the work', async () => {
  let finished = false;
  const interrupting = new AbortController();
  const hm = await daemon({
    apply: async (_apps, _trigger, progress) => {
      progress('shop', 'pull');
      await new Promise((resolve) => setTimeout(resolve, 200));
      finished = true;
      return [];
    },
  });
  const asking = daemonHarbor(hm.path, interrupting.signal).apply([], { kind: 'request' }, () => interrupting.abort());
  await expect(asking).rejects.toMatchObject({
    code: 'interrupted',
    message: 'left; the daemon goes on with what it began',
  });
  await hm.serving[Symbol.asyncDispose]();
  expect(finished).toBe(true);
});

async function strangeDaemon(answer: Parameters<typeof createServer>[1]) {
  const path = await socketPath();
  const server = createServer(answer).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    path,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a daemon that goes away in the middle is told from one that was never there', async () => {
  await using hm = await strangeDaemon((_request, response) => {
    response.write('{"progress":{"app":"shop","message":"pull"}}\n');
    setTimeout(() => response.destroy(), 50);
  });
  await expect(daemonHarbor(hm.path).apply([], { kind: 'request' }, () => undefined)).rejects.toMatchObject({
    code: 'daemon-unreachable',
    message: 'the daemon went away in the middle of its answer',
  });
});

test('an answer that ends without reports is no answer', async () => {
  await using hm = await strangeDaemon((_request, response) =>
    response.end('{"progress":{"app":"shop","message":"pull"}}\n'),
  );
  await expect(daemonHarbor(hm.path).apply([], { kind: 'request' }, () => undefined)).rejects.toMatchObject({
    code: 'daemon-unreachable',
  });
});

test.each(['', 'nonsense', '{"plans":[{"kind":"prophecy"}]}', '{"host":1}'])(
  'an answer %o of another version is not believed',
  async (body) => {
    await using hm = await strangeDaemon((_request, response) => response.end(body));
    await expect(daemonHarbor(hm.path).plan([])).rejects.toMatchObject({
      code: 'daemon-unreachable',
      hint: expect.stringContaining('one version'),
    });
    await expect(daemonHarbor(hm.path).status([])).rejects.toMatchObject({ code: 'daemon-unreachable' });
    await expect(daemonHarbor(hm.path).hold('shop', 'why', ada)).rejects.toMatchObject({ code: 'daemon-unreachable' });
  },
);

test('a rollback without its one report is not believed either', async () => {
  await using hm = await strangeDaemon((_request, response) => response.end('{"reports":[]}\n'));
  const back = { app: 'shop', to: undefined, reason: 'why', hold: false };
  await expect(daemonHarbor(hm.path).rollback(back, ada, () => undefined)).rejects.toMatchObject({
    code: 'daemon-unreachable',
    hint: expect.stringContaining('one version'),
  });
});

test('a daemon that hangs is given up, one that works long is not', async () => {
  await using hanging = await strangeDaemon(() => undefined);
  const asking = exchange(hanging.path, { method: 'GET', path: '/v1/status' }, { heartbeat: 20, limit: 50 });
  await expect(asking.next()).rejects.toMatchObject({
    code: 'daemon-unreachable',
    message: `the daemon on ${hanging.path} no longer answers`,
  });

  await using working = await daemon({
    plan: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return [];
    },
  });
  const waiting = exchange(working.path, { method: 'GET', path: '/v1/plan' }, { heartbeat: 20, limit: 10_000 });
  expect((await waiting.next()).value).toEqual({ plans: [] });
});

test('the verbs of the command line go to the daemon that runs, and healthcheck finds it', async () => {
  const own = { plan: () => Promise.reject(new Error('asked this process')) };
  await using hm = await daemon({
    plan: async () => [planned()],
    apply: async (_apps, _trigger, progress) => {
      progress('shop', 'replace web');
      return [passed()];
    },
    status: async () => ({ host: 'prod-1', daemon: { pid: 1, since: '2026-01-31T14:00:00Z' }, apps: [appStatus()] }),
    hold: async (app, reason, { by }) => ({ app, entry: 7, summary: `held by ${by}: ${reason}` }),
    rollback: async ({ reason }, _trigger, progress) => {
      progress('shop', reason);
      return passed();
    },
  });
  const rig = { harbor: own, socketPath: hm.path };
  expect(await harbormaster('plan', rig)).toMatchObject({
    exitCode: 2,
    stdout: expect.stringContaining('shop: would change'),
  });
  expect(await harbormaster('apply', rig)).toMatchObject({
    exitCode: 0,
    stderr: '· shop  replace web\n',
    stdout: expect.stringContaining('✓ shop'),
  });
  expect(await harbormaster('status', rig)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('its one app matches'),
  });
  expect(await harbormaster('hold shop --reason sale', rig)).toMatchObject({
    exitCode: 0,
    stdout: 'held by ada: sale\n',
  });
  expect(await harbormaster('rollback shop --reason slow', rig)).toMatchObject({
    exitCode: 0,
    stderr: '· shop  slow\n',
    stdout: expect.stringContaining('✓ shop  rolled back'),
  });
  expect(await harbormaster('healthcheck', rig)).toMatchObject({
    exitCode: 0,
    stdout: `The daemon answers: pid ${process.pid}, version 1.2.3.\n`,
  });
});

test.each(['plan', 'apply', 'status'])(
  '%s does not take the answer of a daemon that runs with another file',
  async (verb) => {
    const other = await socketPath();
    const [theirs, ours, link] = [`${other}.theirs.yml`, `${other}.ours.yml`, `${other}.link.yml`];
    await writeFile(theirs, '');
    await symlink(theirs, link);
    await using hm = await daemon(
      {
        plan: async () => [],
        apply: async () => [],
        status: async () => ({ host: 'h', daemon: undefined, apps: [] }),
      },
      { configFile: theirs },
    );
    const call = (...options: string[]) => harbormaster([...options, verb], { socketPath: hm.path });
    expect(await call('--config', ours)).toMatchObject({
      exitCode: 4,
      stdout: '',
      stderr: expect.stringMatching(
        `pid ${process.pid}\\).* runs with ${theirs}, not with ${ours}(?:.|\n)*--state-dir`,
      ),
    });
    for (const options of [['--config', theirs], ['--config', link], []]) {
      expect(await call(...options)).toMatchObject({ exitCode: 0 });
    }
  },
);

test('a plan is decided about by at least twelve digits of its digest, and turned down with a reason', async () => {
  await using hm = await daemon();
  const post = (verb: string, body: object) => curl(hm.path, 'POST', `/v1/apps/shop/${verb}`, JSON.stringify(body));
  for (const [verb, body] of [
    ['approve', {}],
    ['approve', { plan: '0123456789a' }],
    ['approve', { plan: 'not a digest' }],
    ['reject', { plan: '0123456789ab' }],
  ] as const)
    expect(await post(verb, body)).toMatchObject({ status: 422 });
});

const nobody = { name: 'nobody', uid: 65534 };
const root = { name: 'root', uid: 0 };

test.each([
  ['nobody is believed about who he is', { account: nobody, login: undefined }, 'ada', { ...nobody, kind: 'user' }],
  [
    'who stands behind root is what the kernel kept',
    { account: root, login: { name: 'bob', uid: 1001 } },
    'ada',
    { ...root, kind: 'user', behind: { name: 'bob', proof: 'login' } },
  ],
  [
    'and else what root says',
    { account: root, login: undefined },
    'ada (sudo)',
    { ...root, kind: 'user', behind: { name: 'ada', proof: 'claim' } },
  ],
  ['root is root', { account: root, login: root }, undefined, { ...root, kind: 'user' }],
] as const)('who asks is whom the kernel knows: %s', async (_what, peer, by, actor) => {
  const asked: unknown[] = [];
  const hold = async (_app: string, _reason: string, trigger: unknown) => {
    asked.push(trigger);
    return { app: 'shop', entry: 1, summary: 's' };
  };
  await using hm = await daemon({ hold }, { peerOf: async () => peer });
  await daemonHarbor(hm.path).hold('shop', 'why', { kind: 'request', by });
  expect(asked).toEqual([askedBy(actor)]);
});
