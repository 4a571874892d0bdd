import { expect, test } from 'vitest';
import { HarborError } from '../../../src/errors.ts';
import type { PlanReport } from '../../../src/model/report.ts';
import { inSync, planned, planOf, revision, steps } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const planning = (...plans: readonly PlanReport[]) => ({ harbor: { plan: async () => plans } });

const denied = planned({
  app: 'crm',
  revision: revision({ subject: 'Let the agent look' }),
  plan: planOf('crm', [{ kind: 'create', services: [{ service: 'agent', cause: { kind: 'new' } }] }]),
  verdicts: [
    {
      gate: 'engine-socket',
      ruling: 'deny',
      service: 'agent',
      reason: 'mounts the socket of the engine: it can do anything to this host',
      lift: 'apps.crm.allow.engine_socket: [agent]',
    },
  ],
});

const failed: PlanReport = {
  kind: 'failed',
  app: 'wiki',
  code: 'source-unreachable',
  message: 'https://git.example.com/team/wiki.git did not answer within 10 s',
  hint: 'Is the network up? It is tried again by itself.',
};

const removal: PlanReport = {
  kind: 'removal',
  app: 'old',
  plan: planOf('old', [
    {
      kind: 'remove',
      services: [{ service: 'web', cause: { kind: 'app-removed' } }],
      containers: [{ id: 'x', name: 'old-web-1' }],
    },
  ]),
  verdicts: [],
};

test('plan tells what would happen, why, and what forbids it; what stays as it is takes one line', async () => {
  const warned = planned({
    verdicts: [
      {
        gate: 'mutable-tags',
        ruling: 'warn',
        service: 'cache',
        reason: 'runs redis:latest: it moves. Name a version.',
        lift: undefined,
      },
    ],
    warnings: ['the variable DEBUG is not set; it is taken as empty'],
  });
  const { stdout, stderr, exitCode } = await harbormaster(
    'plan',
    planning(inSync('blog'), warned, denied, failed, removal, inSync('docs')),
  );
  expect(stdout).toBe(`\
shop: would change, to 9d3e41c2f0 "Serve with nginx 1.28" (Ada Lovelace, 12 min ago)
  pull     nginx:1.28 (ab12cd34) for web
  replace  web            image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)
  wait     web            until healthy
  ! the variable DEBUG is not set; it is taken as empty
  ! mutable-tags: cache runs redis:latest: it moves. Name a version.

crm: blocked on the way to 9d3e41c2f0 "Let the agent look" (Ada Lovelace, 12 min ago)
  create   agent          new
  ✗ engine-socket: agent mounts the socket of the engine: it can do anything to this host
      to allow it: apps.crm.allow.engine_socket: [agent]

wiki: could not be planned
  https://git.example.com/team/wiki.git did not answer within 10 s
  → Is the network up? It is tried again by itself.

old: left the configuration; it would be stopped and removed
  remove   web            the app left the configuration

As Git declares: blog, docs.

Of 6 apps: 1 would change, 1 is blocked, 1 could not be planned, 1 would be removed.
→ \`harbormaster apply\` does it now; a running daemon does it by itself.
`);
  expect(stderr).toBe('');
  expect(exitCode).toBe(1);
});

test.each([
  ['nothing to do', [inSync('shop')], 0],
  ['changes', [inSync('blog'), planned()], 2],
  ['an app to remove', [removal], 2],
  ['a gate that forbids', [planned(), denied], 3],
  ['a fault of the world', [denied, failed], 1],
  ['a fault of the user', [failed, { ...failed, code: 'compose-invalid' } as PlanReport], 4],
  ['a fault of ours', [{ ...failed, code: 'bug' } as PlanReport, failed], 70],
])('plan with %s: the exit code tells the worst of it', async (_what, plans, code) => {
  expect((await harbormaster('plan', planning(...plans))).exitCode).toBe(code);
});

test('a host without changes is one sentence', async () => {
  expect((await harbormaster('plan', planning(inSync('shop'), inSync('blog')))).stdout).toBe(
    'Nothing to do: all 2 apps are as Git declares.\n',
  );
  expect((await harbormaster('plan', planning(inSync('shop')))).stdout).toBe(
    'Nothing to do: shop is as Git declares.\n',
  );
});

test('a host without apps says where they go', async () => {
  const { stdout, exitCode } = await harbormaster('plan', planning());
  expect(stdout).toBe('No app is declared for this host.\n→ Add one under `apps:` in the configuration.\n');
  expect(exitCode).toBe(0);
});

test('plan asks for the named apps only', async () => {
  const asked: unknown[] = [];
  await harbormaster('plan shop blog', {
    harbor: {
      plan: async (apps) => {
        asked.push(apps);
        return [];
      },
    },
  });
  expect(asked).toEqual([['shop', 'blog']]);
});

test('plan --json is the whole report', async () => {
  const { stdout, exitCode } = await harbormaster('plan --json', planning(planned(), failed));
  expect(JSON.parse(stdout)).toEqual({
    plans: [
      {
        kind: 'planned',
        app: 'shop',
        revision: revision(),
        release: 'r'.repeat(64),
        changes: [],
        plan: planOf('shop', steps),
        verdicts: [],
        warnings: [],
      },
      failed,
    ],
  });
  expect(exitCode).toBe(1);
});

test('an app that does not exist is an error with the names that do', async () => {
  const harbor = {
    plan: async () => {
      throw new HarborError('there is no app shpo', { code: 'app-unknown', hint: 'Apps of this host: shop, blog' });
    },
  };
  const { stdout, stderr, exitCode } = await harbormaster('plan shpo', { harbor });
  expect([stdout, stderr, exitCode]).toEqual([
    '',
    'harbormaster: there is no app shpo\n→ Apps of this host: shop, blog\n',
    4,
  ]);
});

test('what a commit says of itself cannot move the cursor or recolour the terminal', async () => {
  const hostile = planned({
    revision: revision({
      subject: 'ok\u001b[2K\u001b[1A\u202e gnp.exe',
      author: { ...revision().author, name: 'A\nda' },
    }),
  });
  const { stdout } = await harbormaster('plan', { ...planning(hostile), terminal: {} });
  expect(stdout).toContain('ok\\u001b[2K\\u001b[1A\\u202e gnp.exe');
  expect(stdout).toContain('A\\nda');
  const { stdout: json } = await harbormaster('plan --json', planning(hostile));
  expect(json).not.toMatch(/[\u001b\u202e]/);
  expect(JSON.parse(json).plans[0].revision.subject).toBe('ok\u001b[2K\u001b[1A\u202e gnp.exe');
});

test('a preview says that nothing of it is done, and who signed it', async () => {
  const verdict = (ruling: 'allow' | 'deny', reason: string) =>
    ({ gate: 'signature', ruling, service: undefined, reason, lift: 'sign it' }) as const;
  const asked: unknown[] = [];
  const previewing = (...plans: readonly PlanReport[]) => ({
    harbor: {
      preview: async (...given: unknown[]) => {
        asked.push(given);
        return plans;
      },
    },
  });
  const preview = { ref: 'fix' };
  const signed = planned({ preview, verdicts: [verdict('allow', 'signed by ada@example.org')] });
  const { stdout, exitCode } = await harbormaster('plan --ref fix shop', previewing(signed));
  expect(asked).toEqual([[['shop'], 'fix']]);
  expect(stdout).toContain('· signature: signed by ada@example.org');
  expect(stdout).toContain('Nothing of it is done: it is only what would happen.');
  expect(stdout).not.toContain('harbormaster apply');
  expect(exitCode).toBe(2);
  const unsigned = planned({ preview, verdicts: [verdict('deny', 'commit c by Eve has no signature')] });
  const refused = await harbormaster('plan --ref fix shop', previewing(unsigned));
  expect(refused.stdout).toContain('✗ signature: commit c by Eve has no signature');
  expect(refused.exitCode).toBe(3);
});

test('as Markdown, what a repository says stands in fences that it cannot end, and mentions nobody', async () => {
  const evil = planned({
    revision: revision({ subject: '``` @team [x](https://evil.example) </details>' }),
    warnings: ['a `````` fence'],
  });
  const { stdout, exitCode } = await harbormaster('plan --markdown', planning(evil, inSync('docs'), failed));
  expect(stdout).toBe(`\
### Harbormaster plan

Of 3 apps: 1 would change, 1 could not be planned.

#### 🟢 \`shop\` would change

\`\`\`\`\`\`\`text
to 9d3e41c2f0 "\`\`\` @team [x](https://evil.example) </details>"
  pull     nginx:1.28 (ab12cd34) for web
  replace  web            image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)
  wait     web            until healthy
  ! a \`\`\`\`\`\` fence
\`\`\`\`\`\`\`

#### 🔴 \`wiki\` could not be planned

\`\`\`text
https://git.example.com/team/wiki.git did not answer within 10 s
→ Is the network up? It is tried again by itself.
\`\`\`

⚪ Unchanged: \`docs\`
`);
  expect(exitCode).toBe(1);
  expect((await harbormaster('plan --markdown', planning(inSync('docs')))).stdout).toContain('Nothing would change.');
});

test('of a checkout nobody but the preview is asked, and what it could not know is told', async () => {
  const asked: unknown[] = [];
  const against = 'origin/main';
  const checkout = {
    preview: async (request: unknown) => {
      asked.push(request);
      return {
        plans: [planned({ preview: { ref: 'HEAD', against }, verdicts: [] }), inSync('docs')],
        placeholders: ['the variable SHOP_PASSWORD'],
      };
    },
  };
  const { stdout, exitCode } = await harbormaster(
    'plan --checkout /src --against-ref origin/main --placeholders --host web-1 shop docs',
    checkout,
  );
  expect(asked).toMatchObject([
    { folder: '/src', againstRef: against, placeholders: true, host: 'web-1', apps: ['shop', 'docs'], ref: undefined },
  ]);
  expect(stdout).toContain(
    'Compared with origin/main.\nPlaceholders stand for what is not here: the variable SHOP_PASSWORD.',
  );
  expect(stdout).not.toContain('harbormaster apply');
  expect(exitCode).toBe(2);
  const json = await harbormaster('plan --checkout /src --json', checkout);
  expect(JSON.parse(json.stdout)).toMatchObject({
    plans: [{ app: 'shop' }, { app: 'docs' }],
    placeholders: [expect.any(String)],
  });
  const markdown = await harbormaster('plan --checkout /src --markdown', checkout);
  expect(markdown.stdout).toContain('Compared with origin/main.');
});

test.each([
  ['plan --against-ref main', '--against-ref goes with --checkout'],
  ['plan --placeholders', '--placeholders goes with --checkout'],
  ['plan --checkout . --against a --against-ref b', 'two things to compare with'],
])('%s is refused', async (line, message) => {
  const { stderr, exitCode } = await harbormaster(line, {});
  expect(stderr).toContain(message);
  expect(exitCode).toBe(4);
});
