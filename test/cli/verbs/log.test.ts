import { expect, test } from 'vitest';
import type { ReadRequest } from '../../../src/cli/wired.ts';
import type { LogQuery } from '../../../src/model/log-query.ts';
import { entry, finished, revision, started } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const opened = entry(40, 200, { kind: 'opened', version: '1.2.3', snapshot: { apps: {}, forgotten: [] } });
const intent = entry(41, 12, started());
const deployed = entry(42, 12, finished());
const refused = entry(43, 3, {
  kind: 'refused',
  app: 'crm',
  trigger: { kind: 'request', by: 'ada' },
  revision: revision({ commit: '1111111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }),
  release: 's'.repeat(64),
  outcome: {
    kind: 'blocked',
    reasons: [{ code: 'denied', reason: 'service agent runs privileged', lift: 'apps.crm.allow.privileged: [agent]' }],
  },
  verdicts: [
    {
      gate: 'privileged',
      ruling: 'deny',
      service: 'agent',
      reason: 'runs privileged',
      lift: 'apps.crm.allow.privileged: [agent]',
    },
  ],
});
const failed = entry(44, 1, {
  ...finished({ app: 'wiki', intent: 39, services: [], duration: 61_000 }),
  outcome: {
    kind: 'failed',
    step: 'wait for web',
    code: 'unhealthy',
    message: 'web exited (1)\nError: no such file',
    hint: 'Push a fix.',
  },
});
const recovered = entry(45, 0, { kind: 'recovered', app: 'crm', after: 43, of: 'release' });
const entries = [opened, intent, deployed, refused, failed, recovered];

test('log is one line an entry, the newest last', async () => {
  const { stdout, stderr, exitCode } = await harbormaster('log', { entries });
  expect(stdout).toBe(`\
ENTRY  TIME (UTC)                       APP   COMMIT      WHAT
40     2026-01-31 10:55:00  3 h ago     -     -           the log was opened by Harbormaster 1.2.3
41     2026-01-31 14:03:00  12 min ago  shop  9d3e41c2f0  started: 3 steps
42     2026-01-31 14:03:00  12 min ago  shop  9d3e41c2f0  applied (replace web) in 12.3 s
43     2026-01-31 14:12:00  3 min ago   crm   1111111111  blocked: service agent runs privileged
44     2026-01-31 14:14:00  1 min ago   wiki  9d3e41c2f0  failed at "wait for web": web exited (1) (after 61.0 s)
45     2026-01-31 14:15:00  just now    crm   -           recovered: it is what Git declares again (the trouble was entry 43)
`);
  expect([stderr, exitCode]).toEqual(['', 0]);
});

test('a terminal cuts the free text at its edge; a pipe does not', async () => {
  const { stdout } = await harbormaster('log --no-color', { entries, terminal: { columns: 90 } });
  const lines = stdout.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(90);
  expect(lines.at(-1)).toMatch(/recovered: it is what Git decla…$/);
});

test.each([
  ['--app shop', [41, 42]],
  ['--app crm --app wiki', [43, 44, 45]],
  ['--since 5m', [43, 44, 45]],
  ['--since 2026-01-31T14:03:00Z --until 2026-01-31T14:12:00Z', [41, 42, 43]],
  ['--outcome blocked --outcome failed', [43, 44]],
  ['--limit 2', [44, 45]],
  ['--limit 0', [40, 41, 42, 43, 44, 45]],
  ['', [40, 41, 42, 43, 44, 45]],
])('log %s shows exactly what was asked for', async (options, seqs) => {
  const { stdout } = await harbormaster(`log --json ${options}`, { entries });
  const shown = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(shown).toEqual(entries.filter(({ seq }) => seqs.includes(seq)));
});

test('people get the last fifty entries, and are told that there are more', async () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    entry(index + 1, 60 - index, { kind: 'recovered', app: 'shop', after: index, of: 'release' }),
  );
  const { stdout, stderr } = await harbormaster('log', { entries: many });
  expect(stdout.trimEnd().split('\n')).toHaveLength(51);
  expect(stderr).toBe('There are earlier entries; --limit 0 shows all.\n');
  const { stdout: json } = await harbormaster('log --json', { entries: many });
  expect(json.trimEnd().split('\n')).toHaveLength(60);
});

test('an empty answer says why it is empty', async () => {
  expect((await harbormaster('log')).stderr).toBe('The deployment log is empty: nothing was tried on this host yet.\n');
  expect(await harbormaster('log --app shop --kind held', { entries })).toMatchObject({
    stderr: 'No entry is like that.\n',
    exitCode: 0,
  });
  expect(await harbormaster('log --app shpo', { entries })).toMatchObject({
    stderr:
      'harbormaster: the deployment log knows no app shpo\n→ Did you mean shop? The log knows: crm, shop, wiki.\n',
    exitCode: 4,
  });
});

test('log --follow goes on with the new entries that match', async () => {
  const coming = [entry(46, 0, started({ app: 'blog' })), entry(47, 0, started())];
  const { stdout } = await harbormaster('log --app shop --limit 1 --follow', { entries, coming });
  expect(stdout.split('\n').map((line) => line.slice(0, 2))).toEqual(['EN', '42', '47', '']);
});

test.each([
  ['--since yesterday', "--since does not understand 'yesterday'"],
  ['--until 2026-13-01', "--until does not understand '2026-13-01'"],
  ['--outcome good', "--outcome cannot be 'good'"],
  ['--limit -1', "--limit must be a whole number, not '-1'"],
  ['--limit ten', "--limit must be a whole number, not 'ten'"],
  ['--since 1h --until 2h', '--since is later than --until: nothing can be between them'],
  ['--kind deployed', "--kind cannot be 'deployed'"],
  ['--format xml', "--format cannot be 'xml'"],
  ['--format csv --format table', 'there can be only one format'],
  ['--author=', '--author is empty: nothing is like that'],
  ['--actor= ', '--actor is empty: nothing is like that'],
  ['--revision=', '--revision is empty: nothing is like that'],
  ['--app=', '--app is empty: nothing is like that'],
  ['--service=', '--service is empty: nothing is like that'],
])('log %s is refused with what would be right', async (options, message) => {
  const { stderr, exitCode } = await harbormaster(`log ${options}`, { entries });
  expect(stderr).toContain(`harbormaster: ${message}\n`);
  expect(exitCode).toBe(4);
});

test('a program that wants two formats is told as a program is', async () => {
  const { stdout, exitCode } = await harbormaster('log --format csv --json', { entries });
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', message: 'there can be only one format' } });
  expect(exitCode).toBe(4);
});

test.each([
  ['--service web', [41, 42]],
  ['--service agent', [43]],
  ['--revision 9d3e41', [41, 42, 44]],
  ['--revision 9D3E41', [41, 42, 44]],
  ['--revision main', [41, 42, 43, 44]],
  ['--author lovelace', [41, 42, 43, 44]],
  ['--author ADA@EXAMPLE.COM --app crm', [43]],
  ['--actor ada', [43]],
  ['--actor schedule', [41, 42, 44]],
  ['--kind opened --kind recovered', [40, 45]],
])('log %s shows what an auditor asks for', async (options, seqs) => {
  const { stdout } = await harbormaster(`log --format json ${options}`, { entries });
  const shown = stdout.trimEnd().split('\n');
  expect(shown.map((line) => JSON.parse(line).seq)).toEqual(seqs);
});

test('log --format csv is a table for a spreadsheet, in which nothing is computed', async () => {
  const evil = entry(46, 0, started({ revision: revision({ subject: '=HYPERLINK("http://evil/","x")\u001b[31m' }) }));
  const { stdout, exitCode } = await harbormaster('log --format csv --app shop', { entries: [...entries, evil] });
  const [header, first, , third] = stdout.split('\r\n');
  expect(header).toMatch(/^entry,time,host,kind,app,purpose,outcome,what,trigger,actor,/);
  expect(first).toMatch(
    /^41,2026-01-31T14:03:00.000Z,prod-1,started,shop,deploy,,started: 3 steps,interval,the schedule,/,
  );
  expect(third).toContain(`,"'=HYPERLINK(""http://evil/"",""x"")\\u001b[31m",`);
  expect(exitCode).toBe(0);
});

test('who reads a log that does not hang together is told, and cannot overlook it', async () => {
  const log = {
    async *read(_query: LogQuery, { suspect }: ReadRequest) {
      suspect('entry 42 was not written after entry 41 as it is now');
      suspect('and so on');
      yield deployed;
    },
    follow: async function* () {},
    verify: () => Promise.reject(new Error('not asked')),
    key: () => Promise.reject(new Error('not asked')),
    acceptDamage: () => Promise.reject(new Error('not asked')),
    changeKey: () => Promise.reject(new Error('not asked')),
  };
  for (const command of ['log', 'log show 42', 'history shop']) {
    const { stderr, stdout, exitCode } = await harbormaster(command, { wired: { log } });
    expect(stderr).toBe(
      'The log does not hang together: entry 42 was not written after entry 41 as it is now. See: harbormaster log verify\n',
    );
    expect([stdout === '', exitCode]).toEqual([false, 70]);
  }
});

test('log show tells a deployment with its plan, its services and who asked', async () => {
  const { stdout, exitCode } = await harbormaster('log show 42', { entries });
  expect(stdout).toBe(`\
Entry 42, shop:
  applied

  when        12 min ago (2026-01-31 14:03:00 UTC)
  host        prod-1 (instance i0123456)
  trigger     the interval was over
  intent      entry 41
  took        12.3 s
  commit      9d3e41c2f0a1b2c3d4e5f60718293a4b5c6d7e8f "Serve with nginx 1.28"
  of          https://git.example.com/team/shop.git main
  author      Ada Lovelace <ada@example.com>, 2026-01-31 14:00:00 UTC
  release     ${'r'.repeat(64)}
  follows     the entry with SHA-256 ${'a'.repeat(64)}

plan
  pull     nginx:1.28 (ab12cd34) for web
  replace  web            image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)
  wait     web            until healthy

services
  web  replace: image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)
    image       nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)
    containers  cccccccccccc → ffffffffffff
`);
  expect(exitCode).toBe(0);
});

test('log show tells a refusal with its gates and what lifts it', async () => {
  const { stdout } = await harbormaster('log show 43', { entries });
  expect(stdout).toContain(`\
Entry 43, crm:
  blocked: service agent runs privileged
  → to lift it: apps.crm.allow.privileged: [agent]
`);
  expect(stdout).toContain('  trigger     somebody asked for it (ada, as claimed)\n');
  expect(stdout).toContain(
    '\ngates\n  ✗ privileged: agent runs privileged\n      to allow it: apps.crm.allow.privileged: [agent]\n',
  );
});

test('log show tells a failure with the output that explains it', async () => {
  const { stdout } = await harbormaster('log show 44', { entries });
  expect(stdout).toContain('  failed at "wait for web": web exited (1)\n    Error: no such file\n  → Push a fix.\n');
});

const ada = { kind: 'request', by: 'ada' } as const;
const step = (seq: number, minutesAgo: number, title: string) =>
  entry(seq, minutesAgo, { kind: 'step', app: 'shop', intent: 50, act: 'replace', title });
const rollback = [
  entry(50, 5, started({ purpose: 'rollback', trigger: ada, reason: 'checkout is slow', steps: [] })),
  step(51, 5, 'files nginx.conf'),
  step(52, 4.9, 'replace web'),
  entry(
    53,
    4,
    finished({
      intent: 50,
      purpose: 'rollback',
      trigger: ada,
      services: [],
      outcome: { kind: 'interrupted', step: 'x' },
    }),
  ),
];

test('steps are shown to people who ask for them, and always to programs', async () => {
  const seqs = async (options: string) =>
    (await harbormaster(`log ${options}`, { entries: rollback })).stdout.match(/(?<=^|"seq":)5\d/gm);
  expect(await seqs('')).toEqual(['50', '53']);
  expect(await seqs('--steps')).toEqual(['50', '51', '52', '53']);
  expect(await seqs('--json')).toEqual(['50', '51', '52', '53']);
  expect(await seqs('--kind step')).toEqual(['51', '52']);
  expect(await seqs('--kind finished --json')).toEqual(['53']);
});

test('log show of an outcome and of its intent tell what it was for, why, and each step with its time', async () => {
  for (const [seq, what] of [
    [50, 'started: 0 steps to roll back to rrrrrrrrrrrr, because "checkout is slow"'],
    [53, 'rollback to rrrrrrrrrrrr interrupted before "x"'],
  ] as const) {
    const { stdout } = await harbormaster(`log show ${seq}`, { entries: rollback });
    expect(stdout).toContain(`Entry ${seq}, shop:\n  ${what}\n\n`);
    expect(stdout).toContain('\n  reason      checkout is slow\n');
    expect(stdout).toContain(
      '\nsteps\n  14:10:00  after 0.0 s   files nginx.conf\n  14:10:06  after 6.0 s   replace web\n',
    );
  }
});

test('log show of an adoption lists what was taken over', async () => {
  const claim = { id: 'c'.repeat(64), name: 'shop-web-1', key: 'web', digest: 'd' };
  const adopted = entry(60, 1, {
    kind: 'adopted',
    app: 'shop',
    project: 'shop',
    trigger: ada,
    reason: undefined,
    containers: [claim],
    networks: [],
  });
  const { stdout } = await harbormaster('log show 60', { entries: [adopted] });
  expect(stdout).toContain('\ncontainers\n  cccccccccccc  shop-web-1  web\n');
  expect(stdout).not.toContain('networks');
});

test('a hold without a release, and a refusal before one was made, claim no removal', async () => {
  const held = entry(61, 1, { kind: 'held', app: 'shop', release: undefined, trigger: ada, reason: 'wait' });
  const early = entry(62, 1, {
    kind: 'refused',
    app: 'shop',
    trigger: ada,
    revision: undefined,
    release: undefined,
    outcome: { kind: 'failed', step: undefined, code: 'source-unreachable', message: 'no answer', hint: undefined },
    verdicts: [],
  });
  for (const each of [held, early]) {
    const { stdout } = await harbormaster(`log show ${each.seq}`, { entries: [held, early] });
    expect(stdout).toContain(`Entry ${each.seq}`);
    expect(stdout).not.toContain('removed');
  }
});

test('log show --json is the entry as it is in the log', async () => {
  expect(JSON.parse((await harbormaster('log show 42 --json', { entries })).stdout)).toEqual(deployed);
});

test('log show of an entry that is not there says which are', async () => {
  const { stderr, exitCode } = await harbormaster('log show 99', { entries });
  expect([stderr, exitCode]).toEqual([
    'harbormaster: there is no entry 99\n→ The log holds 40 to 45; harbormaster log lists them.\n',
    4,
  ]);
});

const proof = {
  ok: true,
  problem: undefined,
  torn: undefined,
  first: 1,
  entries: 128,
  files: 2,
  head: 'b'.repeat(64),
  key: { verifier: 'harbormaster/i1+00+AA', given: false },
  checkpoints: { count: 2, covered: 120 },
  witness: undefined,
  left: undefined,
  lost: [],
  repairs: [{ seq: 7, length: 31 }],
  open: [{ seq: 128, app: 'shop' }],
  proves: ['entries 1 to 128 follow one another'],
  cannotProve: ['that none came after it'],
};

test('log verify says what is proven and what is not', async () => {
  const { stdout, exitCode } = await harbormaster('log verify', { verify: proof });
  expect(stdout).toBe(`\
The deployment log is whole: 128 entries in 2 files.
  head        ${'b'.repeat(64)}
  key         harbormaster/i1+00+AA (as the log says)
  checkpoints 2 checkpoints signed, covering up to entry 120 of 128
  repaired    entry 7 covers 31 bytes of a torn write
  open        entry 128 (shop): work under way, or cut short

Proven:
  ✓ entries 1 to 128 follow one another

Not proven:
  · that none came after it
`);
  expect(exitCode).toBe(0);
});

test.each([
  ['its entries are lost', { lost: [{ from: 3, to: 9, entry: 12 }] }],
  [
    'no checkpoint of the given key is there',
    { key: { verifier: 'k', given: true }, checkpoints: { count: 0, covered: 0 } },
  ],
])('a log is not simply well where %s', async (_, found) => {
  expect((await harbormaster('log verify', { verify: { ...proof, ...found } })).exitCode).toBe(1);
});

test('log verify names the first bad line of a damaged log', async () => {
  const problem = {
    file: '000001.jsonl',
    line: 17,
    offset: 9210,
    seq: 17,
    what: 'it does not carry the hash of the line before',
  };
  const { stdout, exitCode } = await harbormaster('log verify', {
    verify: { ...proof, ok: false, entries: 16, problem },
  });
  expect(stdout).toContain(
    `\
The deployment log is damaged. 16 entries in 2 files hold; the first bad line is
  000001.jsonl:17 (byte 9210), where entry 17 should be: it does not carry the hash of the line before
  → Copy the log folder away`.replace('  →', '→'),
  );
  expect(exitCode).toBe(70);
});

test('a torn end is no damage, but not well either', async () => {
  const torn = { file: '000001.jsonl', line: 129, offset: 99, seq: 129, what: 'it has no newline yet' };
  const { stdout, exitCode } = await harbormaster('log verify', { verify: { ...proof, ok: false, torn } });
  expect(stdout).toMatch(/^The deployment log ends in a torn write\./);
  expect(exitCode).toBe(1);
});
