import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { delay, entriesOf, intentsWithoutOneOutcome, kill, stepBegins } from '../support/crashes.ts';
import { type Daemon, eventually, light, type World, world } from '../support/world.ts';

const app = 'stored';
let host: World;
let image: string;
let repository: Awaited<ReturnType<World['repository']>>;
let daemon: Daemon;
let version = 0;

const call = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'ignore' });

/** The state folder goes on on an ext4 in a file, where that can be mounted: one in memory cannot fail while files of it are open. */
function moveToExt4(): boolean {
  const [file, point] = [join(host.folder, 'state.ext4'), join(host.folder, 'mnt')];
  try {
    call('mkdir', point);
    call('truncate', '-s', '48M', file);
    call('mkfs.ext4', '-q', '-F', file);
    call('mount', '-o', 'loop', file, point);
  } catch {
    return false;
  }
  call('cp', '-a', `${host.state}/.`, point);
  // What is not on the disk when it fails is lost, and nobody but us wrote this without seeing to that.
  call('sync', '-f', point);
  call('umount', host.state);
  call('mount', '--move', point, host.state);
  return true;
}

/** To the last byte, again and again: what was just let go is taken, too. */
const fill = () => call('sh', '-c', 'cat /dev/zero >> "$0" || true', join(host.state, 'filler'));
const free = () => call('rm', '-f', join(host.state, 'filler'));

async function push(): Promise<void> {
  version += 1;
  const service = { image, ...light, environment: { VERSION: version } };
  await repository.commit({
    'compose.yaml': stringify({ services: { web: { ...service, volumes: ['./page:/www:ro'] } } }),
    'page/index.html': `${version}`,
  });
}

async function runs(): Promise<void> {
  const [web, other] = await host.containers(app);
  expect([web?.state, other]).toEqual(['running', undefined]);
  expect(await host.engine.exec(web?.id ?? '', ['sh', '-c', 'cat /www/index.html; echo " $VERSION"'])).toBe(
    `${version} ${version}\n`,
  );
  expect(intentsWithoutOneOutcome(await entriesOf(host, app))).toEqual([]);
  expect((await host.run('status')).stdout).toContain('matches Git');
}

const begun = async () => (await entriesOf(host, app)).filter(({ kind }) => kind === 'started').length;

/** Nothing is begun although there is something to do, what runs goes on, and somebody who asks is told why. */
async function standsStill(what: () => Promise<void>, words: RegExp): Promise<void> {
  const before = [await host.lives(app), await begun()];
  await what();
  await eventually(async () => {
    const { stdout, stderr } = await host.run('status');
    expect(`${stdout}${stderr}${daemon.output().slice(-20_000)}`).toMatch(words);
  }, 60);
  // Several passes.
  await delay(3000);
  expect([await host.lives(app), await begun()]).toEqual(before);
}

describe.runIf(process.getuid?.() === 0)('the state folder', () => {
  beforeAll(async () => {
    host = await world();
    await mkdir(host.state);
    call('mount', '-t', 'tmpfs', '-o', 'size=24m', 'none', host.state);
    image = await host.engine.image('web', { command: ['idle'] });
    repository = await host.repository(app);
    await host.configure({ [app]: { url: repository.url } });
    await push();
    daemon = await host.daemon();
    await eventually(runs, 60);
  });

  afterAll(async () => {
    await kill(daemon);
    call('umount', '-l', host.state);
    await host[Symbol.asyncDispose]();
  });

  test('that is full lets nothing begin, and is deployed to by itself once there is room', async () => {
    await standsStill(async () => {
      fill();
      await push();
      fill();
    }, /disk is full|no space left/i);
    free();
    await eventually(runs, 90);
    expect((await host.run('log', 'verify')).code).toBe(0);
  });

  test('that is full when Harbormaster was killed in mid-deployment keeps what runs, and it is brought to its end once there is room', async () => {
    const after = (await entriesOf(host, app)).at(-1)?.seq ?? 0;
    await push();
    await stepBegins(host.state, { act: 'replace', after });
    await kill(daemon);
    fill();
    daemon = await host.daemon();
    const gone = await Promise.race([
      daemon.ended,
      new Promise<undefined>((later) => setTimeout(later, 5000, undefined)),
    ]);
    // Either it waits for room, or it says why it cannot run, and whoever keeps services starts it again.
    if (gone !== undefined) expect(daemon.output()).toMatch(/disk is full|no space left/i);
    free();
    if (gone !== undefined) daemon = await host.daemon();
    await eventually(runs, 90);
    expect((await host.run('log', 'verify')).code).toBe(0);
  });

  test('that becomes read-only because its disk has an error lets nothing begin, and says so to everybody who asks', async ({
    skip,
  }) => {
    await kill(daemon);
    skip(!moveToExt4(), 'no ext4 image can be mounted here');
    daemon = await host.daemon();
    await eventually(runs, 60);
    await standsStill(async () => {
      call('mount', '-o', 'remount,abort', host.state);
      await push();
    }, /read-only file system/i);
    // Also somebody who starts it now is told.
    await kill(daemon);
    const { code, stderr } = await host.run('apply');
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringMatching(/read-only file system/i)]);
    expect(code).not.toBe(0);
  });
});
