import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../../src/core/redact.ts';
import { decode, encode } from '../../../src/edges/deployment-log/line.ts';
import type { Actor } from '../../../src/model/actor.ts';
import type { Entry, EntryBody, EntryStamp } from '../../../src/model/entry.ts';
import type { AppHistory } from '../../../src/model/history.ts';
import type { Means } from '../../../src/model/means.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import type { Step } from '../../../src/model/plan.ts';
import type { Revision } from '../../../src/model/revision.ts';
import type { Claim, ServiceRecord } from '../../../src/model/service-record.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { tries } from '../../support/tries.ts';

/** What the log would read again of a body that it wrote. */
const readBack = (body: EntryBody) => decode(encode(stamp, body, redactor([])));

const stamp: EntryStamp = {
  v: 1,
  seq: 7,
  at: '2026-11-20T10:00:00.000Z',
  host: 'host1',
  instance: 'i1',
  prev: '0'.repeat(64),
};

/** Harmless to a terminal, so that it is written as it is. */
const digest = fc.constantFrom('ab'.repeat(32), '0'.repeat(64));
const text = fc.string({ unit: fc.constantFrom(...'abc-_ ./ü"\\{}'), maxLength: 8 });
const maybe = <T>(what: Arbitrary<T>): Arbitrary<T | undefined> => fc.option(what, { nil: undefined });
const few = <T>(what: Arbitrary<T>): Arbitrary<T[]> => fc.array(what, { maxLength: 3 });
const named = <T>(what: Arbitrary<T>): Arbitrary<Record<string, T>> =>
  fc.dictionary(fc.constantFrom('web', 'db', 'constructor', 'networks.default', 'ports.80/tcp'), what, { maxKeys: 3 });
const seq = fc.integer({ min: 1, max: 1_000_000 });
const at = fc.constant('2026-11-20T10:00:00.000Z');

const actor: Arbitrary<Actor> = fc.oneof(
  fc.record({
    kind: fc.constant('user'),
    name: text,
    uid: maybe(fc.nat()),
    behind: maybe(fc.record({ name: text, proof: fc.constantFrom('login', 'claim') })),
  }),
  fc.record({ kind: fc.constant('token'), name: text }),
  fc.record({ kind: fc.constant('webhook'), forge: text, delivery: maybe(text) }),
  fc.record({ kind: fc.constantFrom('schedule', 'engine', 'file', 'start') }),
);
const trigger = fc.record({
  kind: fc.constantFrom(
    'start',
    'interval',
    'file-change',
    'engine-event',
    'retry',
    'dependency',
    'request',
    'webhook',
  ),
  by: maybe(text),
  actor: maybe(actor),
} as const);
const means: Arbitrary<Means> = fc.record({
  harbormaster: fc.record({ version: text, commit: text }),
  engine: maybe(text),
  compose: maybe(text),
  isolation: maybe(text),
  configuration: text,
});
const who = fc.record({ name: text, email: text, at });
const revision: Arbitrary<Revision> = fc.record({
  repository: text,
  ref: text,
  commit: text,
  author: who,
  committer: who,
  subject: text,
});
const outcome: Arbitrary<Outcome> = fc.oneof(
  fc.constantFrom<Outcome>({ kind: 'unchanged' }, { kind: 'applied' }),
  fc.record({
    kind: fc.constant('blocked'),
    reasons: few(
      fc.record({
        code: fc.constantFrom('denied', 'manual', 'held', 'quarantined', 'removal-guard'),
        reason: text,
        lift: text,
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('failed'),
    code: fc.constantFrom('unhealthy', 'timeout'),
    message: text,
    hint: maybe(text),
    step: maybe(text),
  }),
  fc.record({ kind: fc.constant('interrupted'), step: maybe(text) }),
  fc.record({ kind: fc.constant('superseded'), step: maybe(text), by: text }),
);
const verdicts: Arbitrary<Verdict[]> = few(
  fc.oneof(
    fc.record({ gate: text, ruling: fc.constant('deny'), service: maybe(text), reason: text, lift: text }),
    fc.record({
      gate: text,
      ruling: fc.constantFrom('allow', 'warn'),
      service: maybe(text),
      reason: text,
      lift: maybe(text),
    }),
  ),
);
const container = fc.record({ id: text, name: text });
const refreshed = fc.record({ id: text, name: text, from: few(text), to: text });
const steps: Arbitrary<Step[]> = few(
  fc.oneof(
    fc.record({ kind: fc.constant('build'), service: text, tag: text }),
    fc.record({
      kind: fc.constant('refresh'),
      by: fc.constant({ kind: 'restart' }),
      services: few(fc.record({ service: text, cause: fc.record({ kind: fc.constant('content'), paths: few(text) }) })),
      containers: few(refreshed),
    }),
    fc.record({
      kind: fc.constant('mend'),
      services: few(
        fc.record({
          service: text,
          cause: fc.record({ kind: fc.constant('altered'), fields: few(text) }),
        }),
      ),
      mends: few(fc.record({ kind: fc.constant('update'), container, fields: named(fc.option(text)) })),
    }),
  ),
);
const purpose = fc.constantFrom('deploy', 'heal', 'restore', 'rollback', 'adopt', 'remove');
const claims: Arbitrary<Claim[]> = few(fc.record({ id: text, name: text, key: text, digest: text }));
const fromTo = fc.record({ from: maybe(text), to: maybe(text) });
const service: Arbitrary<ServiceRecord> = fc.record(
  {
    service: text,
    change: fc.constantFrom('create', 'replace', 'refresh', 'start', 'mend', 'remove', 'none'),
    because: maybe(text),
    image: fromTo,
    digest: fromTo,
    imageId: maybe(text),
    containers: fc.record({ before: few(text), after: few(text) }),
    completed: fc.boolean(),
    configured: named(text),
    ran: few(fc.record({ id: text, name: text, image: maybe(text), imageId: text })),
  },
  { requiredKeys: ['service', 'change', 'because', 'image', 'digest', 'imageId', 'containers', 'completed'] },
);

const suspension = fc.record({ seq, since: at, until: maybe(text), by: maybe(text), reason: text });
const moment = fc.constantFrom('pre_deploy', 'post_deploy', 'on_failure', 'pre_remove');
const hookEnd = fc.record(
  {
    result: fc.constantFrom('passed', 'failed', 'lost', 'unstarted'),
    exitCode: fc.nat(),
    because: text,
    output: text,
    duration: fc.nat(),
  },
  { requiredKeys: ['result'] },
);
const hookBegun = { moment, service: text, container, limit: fc.nat(), irreversible: fc.boolean() };
const hookRuns = few(fc.record({ ...hookBegun, intent: seq, begunAt: at, end: maybe(hookEnd) }));
const checks = few(
  fc.record(
    {
      check: text,
      passed: fc.boolean(),
      advisory: fc.boolean(),
      attempts: seq,
      detail: text,
      output: text,
      duration: fc.nat(),
    },
    { requiredKeys: ['check', 'passed', 'attempts', 'detail', 'duration'] },
  ),
);
const good = fc.record({ release: text, commit: maybe(text), at, seq });
const consent = fc.record({ plan: text, approvals: few(fc.record({ by: text, at, seq })) });
const removal = fc.record({
  onRemove: fc.constantFrom('down', 'stop', 'orphan'),
  grace: fc.nat(),
  dependsOn: few(text),
});
const history: Arbitrary<AppHistory> = fc.record({
  project: text,
  desired: maybe(fc.record({ release: maybe(text), commit: maybe(text) })),
  attempted: maybe(fc.record({ release: maybe(text), commit: maybe(text), seq, at, outcome })),
  applied: maybe(text),
  deployed: maybe(
    fc
      .tuple(good, named(text), named(fc.record({ digest: text, fields: named(text) })))
      .map(([release, imageIds, configured]) => ({ ...release, imageIds, configured })),
  ),
  good: few(good),
  open: maybe(
    fc.record({
      seq,
      release: maybe(text),
      purpose,
      step: maybe(text),
      fingerprint: maybe(text),
      hold: fc.boolean(),
      reason: maybe(text),
      by: maybe(text),
      consent: maybe(consent),
      removal: maybe(fc.record({ project: text, onRemove: fc.constantFrom('down', 'stop'), moved: fc.boolean() })),
      refreshes: maybe(few(refreshed)),
      exposure: maybe(fc.record({ leaves: few(text), restarts: few(text) })),
    }),
  ),
  unfinished: maybe(
    fc.record({
      release: text,
      purpose: fc.constantFrom('deploy' as const, 'rollback' as const),
      reason: maybe(text),
      hold: fc.boolean(),
      consent: maybe(consent),
    }),
  ),
  trouble: maybe(
    fc.record(
      {
        seq,
        since: at,
        kind: fc.constantFrom('failed', 'blocked'),
        message: text,
        signature: text,
        quiet: fc.boolean(),
      },
      { requiredKeys: ['seq', 'since', 'kind', 'message', 'signature'] },
    ),
  ),
  drift: maybe(
    fc.record(
      {
        seq,
        since: at,
        state: fc.constantFrom('reported', 'fought', 'failed'),
        fingerprint: text,
        causes: few(text),
        code: fc.constantFrom('unhealthy', 'project-foreign'),
        hint: text,
      },
      { requiredKeys: ['seq', 'since', 'state', 'fingerprint', 'causes'] },
    ),
  ),
  objection: maybe(fc.record({ seq, since: at, release: text, fingerprint: text })),
  heals: few(fc.record({ fingerprint: text, at, failed: fc.boolean() })),
  hold: maybe(fc.record({ seq, since: at, by: maybe(text), reason: text })),
  suspension: maybe(suspension),
  quarantined: few(fc.record({ release: text, byHand: fc.boolean(), seq, since: at, reason: text })),
  decisions: maybe(
    few(
      fc.record({
        kind: fc.constantFrom('approved', 'rejected'),
        seq,
        at,
        by: text,
        plan: text,
        release: text,
        reason: maybe(text),
      }),
    ),
  ),
  completed: few(text),
  removal: maybe(removal),
  left: maybe(fc.record({ seq, since: at, state: fc.constantFrom('waiting', 'stopped'), until: maybe(at) })),
  hooks: maybe(fc.record({ release: maybe(text), runs: hookRuns, over: maybe(fc.boolean()) })),
  irreversible: maybe(fc.record({ seq, since: at, release: maybe(text), service: text })),
  adopted: fc.record({ containers: claims, networks: claims }),
  refreshed: maybe(few(fc.record({ id: text, digests: few(text) }))),
  exposed: maybe(few(fc.record({ id: text, since: text }))),
});

const role = fc.constantFrom('viewer', 'deployer', 'approver', 'operator', 'admin');
const whence = { seq, since: at, by: maybe(text) };

type Bodies = { readonly [Kind in EntryBody['kind']]: Arbitrary<Extract<EntryBody, { kind: Kind }>> };

const release = maybe(text);
const app = text;
const decision = { app, trigger, plan: text, release: text, reason: maybe(text) };
const scope = fc.oneof(fc.record({ of: fc.constant('app' as const), app }), fc.constant({ of: 'host' as const }));
const claimed = { app, trigger, reason: maybe(text), containers: claims, networks: claims };

const origin = {
  file: maybe(text),
  revision: maybe(revision),
  path: maybe(text),
  found: maybe(few(revision)),
};
const digests = { apps: named(text), settings: named(text) };
const configuration = fc.record({
  seq,
  at,
  digest: text,
  ...digests,
  origin: fc.record(origin),
  trouble: maybe(fc.record({ seq, since: at, signature: text, message: text })),
});

/** One for each kind: a new kind without one does not type-check. */
const bodies: Bodies = {
  opened: fc.record({
    kind: fc.constant('opened'),
    version: text,
    snapshot: fc.record({
      apps: named(history),
      forgotten: few(text),
      suspension: maybe(suspension),
      tokens: maybe(few(fc.record({ id: text, name: text, role, apps: few(text), expires: maybe(at), ...whence }))),
      configuration: maybe(configuration),
      gone: maybe(few(fc.record({ app: text, project: text, seq, at, how: fc.constantFrom('removed', 'let-go') }))),
      names: maybe(named(few(fc.record({ name: text, until: seq })))),
      removals: maybe(fc.record({ seq, at, by: text, apps: few(text), reason: text })),
    }),
    log: fc.record({
      epoch: seq,
      tree: few(digest),
      key: maybe(text),
      pruned: maybe(seq),
      contradicted: maybe(digest),
    }),
    previous: fc.record({ file: text, bytes: fc.nat(), torn: fc.boolean() }),
  }),
  started: fc
    .tuple(
      fc.record({ app, project: text, trigger, revision: maybe(revision), release, steps, verdicts, purpose }),
      fc.record(
        {
          fingerprint: text,
          reason: text,
          hold: fc.boolean(),
          consent,
          overridden: few(text),
          unordered: few(text),
          removal,
          moved: fc.boolean(),
          from: text,
          means,
        },
        { requiredKeys: [] },
      ),
    )
    .map(([always, sometimes]) => ({ kind: 'started', ...always, ...sometimes })),
  step: fc.record({
    kind: fc.constant('step'),
    app,
    intent: seq,
    act: fc.constantFrom('pull', 'mend', 'await'),
    title: text,
  }),
  'hook-begun': fc.record({ kind: fc.constant('hook-begun'), app, intent: seq, ...hookBegun }),
  'hook-ended': fc.record({
    kind: fc.constant('hook-ended'),
    app,
    intent: seq,
    moment,
    service: text,
    container: text,
    end: hookEnd,
  }),
  finished: fc
    .tuple(
      fc.record({
        app,
        intent: seq,
        trigger,
        revision: maybe(revision),
        release,
        outcome,
        services: few(service),
        duration: fc.nat(),
        purpose,
      }),
      fc.record({ hooks: hookRuns, checks }, { requiredKeys: [] }),
    )
    .map(([always, sometimes]) => ({ kind: 'finished', ...always, ...sometimes })),
  refused: fc
    .tuple(
      fc.record({ app, trigger, revision: maybe(revision), release, outcome, verdicts }),
      fc.record({ steps, from: text, means }, { requiredKeys: [] }),
    )
    .map(([always, sometimes]) => ({ kind: 'refused', ...always, ...sometimes })),
  recovered: fc.record(
    {
      kind: fc.constant('recovered'),
      app,
      after: seq,
      of: fc.constantFrom('release', 'drift', 'policy', 'comparison'),
      revision,
    },
    { requiredKeys: ['kind', 'app', 'after', 'of'] },
  ),
  stale: fc.record({ kind: fc.constant('stale'), app, compared: maybe(text), limit: fc.nat() }),
  objected: fc
    .tuple(
      fc.record({ app, release: text, verdicts, fingerprint: text }),
      fc.record({ more: seq }, { requiredKeys: [] }),
    )
    .map(([always, sometimes]) => ({ kind: 'objected', ...always, ...sometimes })),
  drifted: fc.record({
    kind: fc.constant('drifted'),
    app,
    release: text,
    state: fc.constantFrom('reported', 'fought', 'failed'),
    causes: few(text),
    fingerprint: text,
  }),
  held: fc.record({ kind: fc.constant('held'), app, release, trigger, reason: text }),
  released: fc.record({ kind: fc.constant('released'), app, trigger, reason: maybe(text) }),
  retried: fc.record({ kind: fc.constant('retried'), app, release, trigger }),
  'history-accepted': fc.record({
    kind: fc.constant('history-accepted'),
    app,
    trigger,
    reason: text,
    from: text,
    to: text,
  }),
  approved: fc.record({ kind: fc.constant('approved'), ...decision }),
  rejected: fc.record({ kind: fc.constant('rejected'), ...decision }),
  'removal-set': fc.record({ kind: fc.constant('removal-set'), app, trigger, removal }),
  left: fc.record({ kind: fc.constant('left'), app, project: text, trigger, until: at, removal }),
  renamed: fc.record({ kind: fc.constant('renamed'), app, from: text, project: text, trigger }),
  returned: fc.record({ kind: fc.constant('returned'), app, trigger }),
  'removal-approved': fc.record({ kind: fc.constant('removal-approved'), apps: few(text), trigger, reason: text }),
  adopted: fc.record({ kind: fc.constant('adopted'), project: text, ...claimed }),
  forgotten: fc.record({ kind: fc.constant('forgotten'), ...claimed }),
  suspended: fc
    .tuple(scope, fc.record({ kind: fc.constant('suspended' as const), trigger, reason: text, until: maybe(text) }))
    .map(([of, said]) => ({ ...said, ...of })),
  resumed: fc
    .tuple(scope, fc.record({ kind: fc.constant('resumed' as const), trigger, reason: maybe(text) }))
    .map(([of, said]) => ({ ...said, ...of })),
  'token-created': fc.record({
    kind: fc.constant('token-created'),
    token: text,
    name: text,
    role,
    apps: few(text),
    expires: maybe(at),
    trigger,
  }),
  'token-revoked': fc.record({
    kind: fc.constant('token-revoked'),
    token: text,
    name: text,
    trigger,
    reason: maybe(text),
  }),
  configured: fc.record({
    kind: fc.constant('configured'),
    trigger,
    digest: text,
    added: few(text),
    removed: few(text),
    changed: few(text),
    keys: few(text),
    ...origin,
    ...digests,
  }),
  'configuration-failed': fc.record({
    kind: fc.constant('configuration-failed'),
    trigger,
    troubles: few(
      fc.record({ of: text, code: fc.constant('config-invalid' as const), message: text, hint: maybe(text) }),
    ),
    signature: text,
  }),
  repaired: fc.record({ kind: fc.constant('repaired'), offset: fc.nat(), length: seq, sha256: text }),
  'key-changed': fc.record({
    kind: fc.constant('key-changed'),
    from: maybe(text),
    to: text,
    handover: maybe(fc.constant('a\n\n— b c\n')),
    trigger,
    reason: maybe(text),
  }),
  pruned: fc.record({
    kind: fc.constant('pruned'),
    through: seq,
    head: digest,
    files: few(fc.record({ file: text, first: seq, last: seq, bytes: fc.nat(), sha256: digest })),
    checkpoint: fc.constant('a\n1\n\n— b c\n'),
    witness: text,
    because: text,
  }),
  'damage-accepted': fc.record({
    kind: fc.constant('damage-accepted'),
    trigger,
    reason: text,
    file: text,
    line: seq,
    offset: fc.nat(),
    what: text,
    after: seq,
    before: seq,
    sha256: maybe(digest),
  }),
  contradicted: fc.record({
    kind: fc.constant('contradicted'),
    witness: text,
    checkpoint: fc.constant('a\n1\n\n— b c\n'),
    size: seq,
    theirs: digest,
    ours: maybe(digest),
  }),
};

const asJson = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

describe.each(Object.entries(bodies))('an entry of kind %s', (kind, body: Arbitrary<EntryBody>) => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(body, (written) => {
        expect(readBack(written)).toEqual({ kind: 'entry', entry: asJson({ ...stamp, ...written }) });
      }),
      { numRuns: tries(100) },
    );
  });

  test('is refused without any one of the fields that it always has', () => {
    const [first] = fc.sample(body, 1);
    if (first === undefined) throw new Error('nothing was made');
    const { kind: _kind, ...fields } = first;
    const always = Object.entries(fields).filter(([name]) => !sometimes.has(name));
    expect(always.length).toBeGreaterThan(0);
    for (const [name] of always) {
      const { [name]: _gone, ...rest } = { ...stamp, ...asJson(first) } as Record<string, unknown>;
      const decoded = decode(Buffer.from(JSON.stringify(rest)));
      expect(decoded, `${kind} without ${name}`).toMatchObject({
        kind: 'foreign',
        what: expect.stringContaining(name) as string,
      });
    }
  });
});

/** Fields that an entry may lack. A held one must have its reason: see below. */
const sometimes = new Set([
  'expires',
  'release',
  'reason',
  'revision',
  'compared',
  'fingerprint',
  'hold',
  'consent',
  'overridden',
  'until',
  'removal',
  'unordered',
  'moved',
  'hooks',
  'checks',
  'steps',
  'log',
  'previous',
  'from',
  'handover',
  'sha256',
  'ours',
  'steps',
  'means',
  'file',
  'path',
  'found',
  'more',
]);

test('what a field says in another type is refused, wherever it stands in the snapshot', () => {
  fc.assert(
    fc.property(history, (app) => {
      const written = { kind: 'opened', version: '1', snapshot: { apps: { web: app }, forgotten: [] } } as const;
      const whole = asJson({ ...stamp, ...written });
      for (const path of pathsOf(asJson(app))) {
        const spoiled = spoil(whole, ['snapshot', 'apps', 'web', ...path]);
        expect(decode(Buffer.from(JSON.stringify(spoiled))), path.join('.')).toMatchObject({ kind: 'foreign' });
      }
    }),
    { numRuns: tries(30) },
  );
});

/** Paths of all values in it. */
function pathsOf(value: object): readonly string[][] {
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => [
    [key],
    ...(typeof member === 'object' && member !== null ? pathsOf(member).map((path) => [key, ...path]) : []),
  ]);
}

/** A copy in which a value is of a type that no field has. */
function spoil(value: object, path: readonly string[]): object {
  const copy = structuredClone(value);
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1)!] = typeof at[path.at(-1)!] === 'boolean' ? 'yes' : true;
  return copy;
}

test.each<[string, object]>([
  ['purpose', { kind: 'finished', purpose: 'sabotage' }],
  ['state', { kind: 'drifted', state: 'enjoyed' }],
  ['of', { kind: 'recovered', of: 'everything' }],
  ['reason', { kind: 'held', reason: undefined }],
  ['reason', { kind: 'suspended', reason: undefined }],
  ['of', { kind: 'resumed', of: 'everything' }],
  ['app', { kind: 'suspended', of: 'app', app: undefined }],
  ['release', { kind: 'drifted', release: undefined }],
  ['outcome.reasons.0.code', { kind: 'refused', outcome: { kind: 'blocked', reasons: [{ reason: 'no' }] } }],
  ['outcome.by', { kind: 'finished', outcome: { kind: 'superseded' } }],
])('what cannot be folded right is not read: %s', (where, wrong) => {
  const { kind } = wrong as Pick<Entry, 'kind'>;
  const [body] = fc.sample<EntryBody>(bodies[kind], 1);
  const decoded = decode(Buffer.from(JSON.stringify({ ...stamp, ...body, ...wrong })));
  expect(decoded).toMatchObject({ kind: 'foreign', what: expect.stringContaining(`(${where}: `) as string });
});

test('fields of a later version are kept, and its words where nothing hangs on them', () => {
  const later = {
    ...stamp,
    kind: 'held',
    app: 'web',
    trigger: { kind: 'moon', phase: 3 },
    reason: 'no',
    until: 'tomorrow',
  };
  expect(decode(Buffer.from(JSON.stringify(later)))).toEqual({ kind: 'entry', entry: later });
});

test('known secrets are masked in the causes of a drift, which are sentences, and in no name', () => {
  const drifted = { kind: 'drifted', app: 'hunter22', release: 'r1', state: 'reported', fingerprint: 'f' } as const;
  const line = encode(stamp, { ...drifted, causes: ['web: its command is "run hunter22"'] }, redactor(['hunter22']));
  expect(decode(line)).toMatchObject({ entry: { app: 'hunter22', causes: ['web: its command is "run ***"'] } });
});
