import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
let folder = '';
let program = '';

/** The real main.ts, on a `wire` that needs neither Git nor Docker. */
const wire = `
import { setTimeout as delay } from 'node:timers/promises';
const entry = (seq) => ({ v: 1, seq, at: '2026-01-01T00:00:00.000Z', host: 'h', instance: 'i', prev: '', kind: 'recovered', app: 'shop', after: 1 });
export const wire = ({ environment }) => ({
  socketPath: '/nowhere/socket',
  log: {
    async *read(query, { order, before = 5001, after = 0 }) {
      if (order === 'newest') for (let seq = before - 1; seq > 0; seq -= 1) yield entry(seq);
      else for (let seq = after + 1; seq <= 5000; seq += 1) yield entry(seq);
    },
    async *follow(after, signal) {
      for (let seq = after + 1; !signal.aborted; seq += 1) { yield entry(seq); await delay(5); }
    },
  },
  daemon: async (signal) => {
    console.log('up');
    const alive = setInterval(() => undefined, 1000);
    await new Promise((resolve) => signal.addEventListener('abort', () => environment.STUBBORN || resolve()));
    clearInterval(alive);
  },
});
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-main-'));
  program = join(folder, 'harbormaster.cjs');
  await writeFile(join(folder, 'wire.mjs'), wire);
  await build({
    entryPoints: [main],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { __HARBORMASTER_VERSION__: '"9.8.7"', __HARBORMASTER_COMMIT__: '"fffffff"' },
    plugins: [
      {
        name: 'wire',
        setup: ({ onResolve }) => onResolve({ filter: /\/wire\.ts$/ }, () => ({ path: join(folder, 'wire.mjs') })),
      },
    ],
  });
});

afterAll(() => rm(folder, { recursive: true }));

const start = (args: readonly string[], environment = {}): ChildProcess =>
  spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { HOME: folder, ...environment },
  });

async function ended(child: ChildProcess) {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (text.stdout += chunk));
  child.stderr?.on('data', (chunk) => (text.stderr += chunk));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  return { ...text, exitCode };
}

const said = (child: ChildProcess, name: 'stdout' | 'stderr') =>
  new Promise((resolve) => child[name]?.once('data', resolve));

test('the bundle knows its version', async () => {
  expect(await ended(start(['--version']))).toEqual({
    stdout: expect.stringMatching(/^harbormaster 9\.8\.7\ncommit fffffff of .*; Node v\d+\..*, linux \w+\n$/),
    stderr: '',
    exitCode: 0,
  });
});

test('exit codes reach the shell', async () => {
  expect((await ended(start(['plam']))).exitCode).toBe(4);
  expect((await ended(start(['healthcheck']))).exitCode).toBe(1);
});

test('a long answer into a pipe is not cut', async () => {
  const { stdout } = await ended(start(['log', '--json']));
  expect(stdout.trimEnd().split('\n')).toHaveLength(5000);
});

test('nobody reads on: log --follow ends, without a word', async () => {
  const child = start(['log', '--json', '--limit', '1', '--follow']);
  const end = ended(child);
  await said(child, 'stdout');
  child.stdout?.destroy();
  expect(await end).toMatchObject({ stderr: '', exitCode: 0 });
});

test('the first signal ends the daemon in order', async () => {
  const child = start(['run']);
  const end = ended(child);
  await said(child, 'stdout');
  child.kill('SIGTERM');
  expect(await end).toMatchObject({ stderr: 'Finishing the current step; once more to leave at once.\n', exitCode: 0 });
});

test('the second signal ends it at once', async () => {
  const child = start(['run'], { STUBBORN: '1' });
  const end = ended(child);
  await said(child, 'stdout');
  child.kill('SIGINT');
  await said(child, 'stderr');
  child.kill('SIGINT');
  expect((await end).exitCode).toBe(130);
});
