import { describe, expect, test } from 'vitest';
import { entry, finished, newImage, revision, started } from '../builders.ts';
import { harbormaster } from '../rig.ts';

const consent = { plan: 'p'.repeat(64), approvals: [{ by: 'bob', at: '2026-01-31T13:00:00Z', seq: 39 }] };
const trigger = { kind: 'request', by: 'ada', actor: { kind: 'user', name: 'ada', uid: 1000 } } as const;
const entries = [
  entry(40, 200, { kind: 'opened', version: '1.2.3', snapshot: { apps: {}, forgotten: [] } }),
  entry(41, 60, started({ trigger, consent })),
  entry(42, 59, finished()),
  entry(43, 30, {
    kind: 'drifted',
    app: 'shop',
    release: 'r'.repeat(64),
    state: 'reported',
    causes: ['web: found paused'],
    fingerprint: 'f',
  }),
  entry(
    44,
    20,
    started({ release: 's'.repeat(64), revision: revision({ commit: '1111111111aa', subject: 'Slow\u001b[31m' }) }),
  ),
];

describe('audit', () => {
  test('tells what ran when, of whom, and who let it through', async () => {
    const { stdout, stderr, exitCode } = await harbormaster('audit shop --since 3h', { entries });
    expect(stdout).toBe(`\
shop on prod-1, 2026-01-31 11:15:00 UTC to now

FROM (UTC)           FOR     WHAT RAN                  COMMIT      AUTHOR        ENTRY  WHY
2026-01-31 13:16:00  39 min  release rrrrrrrrrrrr      9d3e41c2f0  Ada Lovelace  42     deployed by ada, uid 1000, approved by bob
  from 2026-01-31 13:45:00 UTC it was otherwise: web: found paused (entry 43)
2026-01-31 13:55:00  20 min  changing to ssssssssssss  1111111111  Ada Lovelace  44     deployed by the schedule
`);
    expect([stderr, exitCode]).toEqual(['', 0]);
  });

  test('of a moment tells images by digest, containers, commit and people', async () => {
    const { stdout } = await harbormaster(['audit', 'shop', '--at', '2026-01-31 13:50'], { entries });
    expect(stdout).toBe(`\
shop on prod-1 at 2026-01-31 13:50:00 UTC:
  release ${'r'.repeat(64)} ran, since 2026-01-31 13:16:00 UTC (entry 42), until 2026-01-31 13:55:00 UTC

  commit      9d3e41c2f0a1b2c3d4e5f60718293a4b5c6d7e8f "Serve with nginx 1.28"
  of          https://git.example.com/team/shop.git main
  author      Ada Lovelace <ada@example.com>, 2026-01-31 14:00:00 UTC
  brought by  entry 42: deployed by ada, uid 1000
  approved by bob (entry 39)
  changed     web: image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)

it ran
  web  nginx:1.28 (ab12cd34)
    ${newImage}
    image id sha256:${'e'.repeat(64)}
    container  ffffffffffff
  from 2026-01-31 13:45:00 UTC it was otherwise: web: found paused (entry 43)
`);
  });

  test('of the middle of an operation tells what was at work, and what ran before', async () => {
    const { stdout } = await harbormaster('audit shop --at 5m', { entries });
    expect(stdout).toContain(`an operation to release ${'s'.repeat(64)} was at work, since 2026-01-31 13:55:00 UTC`);
    expect(stdout).toContain('Slow\\u001b[31m');
    expect(stdout).toContain('\nbefore it\n  release rrrrrrrrrrrr (entry 42)\n  web  nginx:1.28 (ab12cd34)\n');
    const json = JSON.parse((await harbormaster('audit shop --at 5m --json', { entries })).stdout);
    expect(json).toMatchObject({
      app: 'shop',
      host: 'prod-1',
      at: '2026-01-31T14:10:00.000Z',
      span: { state: 'changing', seq: 44 },
      before: { state: 'running', services: [{ service: 'web', image: newImage }] },
    });
  });

  test('before the log knew of it, and outside of what was asked for, there is nothing', async () => {
    expect((await harbormaster('audit shop --at 3h', { entries })).stdout).toContain('the log does not know of it yet');
    expect((await harbormaster('audit shop --since 3h --until 2h', { entries })).stdout).toContain(
      'Nothing of it ran, as far as the log knows.',
    );
  });

  test('says where the clock went back', async () => {
    const late = [...entries, entry(45, 25, finished({ intent: 44, release: 's'.repeat(64) }))];
    expect((await harbormaster('audit shop', { entries: late })).stderr).toBe(
      "The host's clock went back before entry 45: times around it are not to be relied on.\n",
    );
  });

  test.each([
    ['audit shpo', 'the deployment log knows no app shpo\n→ Did you mean shop?'],
    ['audit shop --at 2027-01-01', '--at 2027-01-01T00:00:00.000Z lies in the future'],
    ['audit shop --at 1h --since 2h', '--at is one moment, and --since and --until are not'],
    ['audit shop --at noon', "--at does not understand 'noon'"],
    ['audit', "missing required argument 'app'"],
  ])('%s is refused with what would be right', async (command, message) => {
    const { stderr, exitCode } = await harbormaster(command, { entries });
    expect(stderr).toContain(`harbormaster: ${message}`);
    expect(exitCode).toBe(4);
  });
});

describe('trace', () => {
  test('leads a container back to the commit, its author and who approved', async () => {
    const { stdout, exitCode } = await harbormaster(`trace ${'f'.repeat(12)}`, { entries });
    expect(stdout).toBe(`\
container ffffffffffff of shop/web
  id          ${'f'.repeat(64)}
  image       ${newImage}
  ran         2026-01-31 13:16:00 UTC to now, 59 min (entry 42)
  release     ${'r'.repeat(64)}
  commit      9d3e41c2f0a1b2c3d4e5f60718293a4b5c6d7e8f "Serve with nginx 1.28"
  of          https://git.example.com/team/shop.git main
  author      Ada Lovelace <ada@example.com>, 2026-01-31 14:00:00 UTC
  brought by  entry 42: deployed by ada, uid 1000
  approved by bob (entry 39)
  changed     web: image nginx:1.27 (4f06b3a6) → nginx:1.28 (ab12cd34)
`);
    expect(exitCode).toBe(0);
  });

  test('finds images and commits, and is JSON for programs', async () => {
    const { findings } = JSON.parse((await harbormaster('trace nginx:1.28 --json', { entries })).stdout);
    expect(findings).toMatchObject([{ kind: 'image', id: newImage, app: 'shop', service: 'web', ran: [{ seq: 42 }] }]);
    expect((await harbormaster('trace 9D3E41C2', { entries })).stdout).toMatch(/^commit 9d3e41c2f0a1.* of shop\n/);
  });

  test('says when nothing is known, and refuses what would be in everything', async () => {
    expect(await harbormaster('trace redis', { entries })).toMatchObject({
      stdout: 'No entry of the log speaks of redis.\n',
      exitCode: 1,
    });
    expect(await harbormaster('trace ab', { entries })).toMatchObject({
      stderr: expect.stringContaining("'ab' is too short: it would be in everything") as string,
      exitCode: 4,
    });
  });
});
