import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { type Argv, open, run } from '../../src/edges/process.ts';
import { HarborError } from '../../src/errors.ts';
import { fastest } from '../support/fastest.ts';
import { commandLines } from './git/processes.ts';

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const options = { env, limit: 10_000 };
/** Seconds that nobody else on this machine sleeps. */
const nap = 100_000 + Math.floor(Math.random() * 900_000);
const napping = new RegExp(`^sleep ${nap}`);
const shell = (script: string): Argv => ['sh', '-c', script];

test('a program runs to its end, and every exit code is a result', async () => {
  const result = await run(shell('echo out; echo err >&2; exit 3'), options);
  expect(result).toEqual({ exitCode: 3, stdout: Buffer.from('out\n'), stderr: 'err\n' });
});

test('a program that a signal ended has an exit code as in a shell', async () => {
  expect((await run(shell('kill -KILL $$'), options)).exitCode).toBe(137);
});

test('arguments reach the program as they are: there is no shell', async () => {
  const { stdout } = await run(['printf', '%s|', '$(id)', '; rm -rf x', '*', '"', ''], options);
  expect(stdout.toString()).toBe('$(id)|; rm -rf x|*|"||');
});

test('a program sees the given environment and nothing of ours', async () => {
  const { stdout } = await run(['env'], { ...options, env: { ...env, ONLY: 'this' } });
  expect(stdout.toString().trim().split('\n').sort()).toEqual([`ONLY=this`, `PATH=${env.PATH}`]);
});

test('stdin is what was given, or empty', async () => {
  expect((await run(['cat'], { ...options, stdin: 'text' })).stdout.toString()).toBe('text');
  expect((await run(['cat'], { ...options, stdin: Buffer.from([0, 255]) })).stdout).toEqual(Buffer.from([0, 255]));
  expect((await run(['cat'], options)).stdout.toString()).toBe('');
});

test('a program that does not read its stdin does no harm', async () => {
  expect((await run(['true'], { ...options, stdin: Buffer.alloc(1_000_000) })).exitCode).toBe(0);
});

test('a missing program is named with the package that has it', async () => {
  const failure = run(['flock', 'x'], { ...options, env: { PATH: '/nonexistent' } });
  await expect(failure).rejects.toMatchObject({
    code: 'tool-missing',
    message: expect.stringContaining('flock'),
    hint: expect.stringContaining('apt-get install util-linux'),
  });
  await expect(open(['no-such-program'], { env })).rejects.toMatchObject({
    code: 'tool-missing',
    hint: expect.stringContaining('no-such-program'),
  });
});

test('a missing folder is not taken for a missing program', async () => {
  await expect(run(['true'], { ...options, cwd: '/nonexistent' })).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringContaining('/nonexistent'),
  });
});

test('a program that takes too long is ended together with all that it started, even what ignores being asked', async () => {
  const started = performance.now();
  const stubborn = `sh -c 'trap "" TERM; sleep ${nap}1 & wait; sleep ${nap}2' & trap "" TERM; sleep ${nap}3`;
  await expect(run(shell(stubborn), { ...options, limit: 100 })).rejects.toMatchObject({
    code: 'timeout',
    message: 'sh did not end within 0.1 s and was stopped',
  });
  expect(performance.now() - started).toBeLessThan(20_000);
  await expect.poll(() => commandLines(napping)).toEqual([]);
});

test('a program that is no longer wanted is ended', async () => {
  const abort = new AbortController();
  const running = run(['sleep', `${nap}`], { ...options, signal: abort.signal });
  await delay(50);
  abort.abort();
  await expect(running).rejects.toMatchObject({ code: 'interrupted' });
  // Not even looked for: a missing program would be another failure.
  await expect(run(['no-such-program'], { ...options, signal: abort.signal })).rejects.toMatchObject({
    code: 'interrupted',
  });
  await expect.poll(() => commandLines(napping)).toEqual([]);
});

test('a program that never stops writing is ended', async () => {
  await expect(run(['yes', `${nap}`], { ...options, maxOutput: 1000 })).rejects.toMatchObject({
    code: 'interrupted',
    message: 'yes wrote more than 1000 bytes and was stopped',
  });
  await expect.poll(() => commandLines(new RegExp(`^yes ${nap}`))).toEqual([]);
});

test('of a long stderr, the end is kept', async () => {
  const { stderr } = await run(shell('head -c 200000 /dev/zero | tr "\\0" x >&2; echo the end >&2'), options);
  expect(stderr.length).toBe(65536);
  expect(stderr.endsWith('xthe end\n')).toBe(true);
});

test('what a program leaves running in its group does not hold it up, and goes', async () => {
  const started = performance.now();
  const { stdout } = await run(shell(`sleep ${nap} & echo done`), options);
  expect(stdout.toString()).toBe('done\n');
  expect(performance.now() - started).toBeLessThan(20_000);
  await expect.poll(() => commandLines(napping)).toEqual([]);
});

test('no failure shows an argument or the environment', async () => {
  const secret = 'hunter2';
  const failures = await Promise.all([
    run(['sh', '-c', `sleep ${nap}`, secret], { limit: 50, env: { ...env, secret } }).catch((error: unknown) => error),
    run(['no-such-program', secret], { limit: 50, env: { ...env, secret } }).catch((error: unknown) => error),
    run(['yes', secret], { limit: 5000, maxOutput: 10, env: { ...env, secret } }).catch((error: unknown) => error),
  ]);
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(HarborError);
    expect(`${(failure as HarborError).message} ${(failure as HarborError).hint}`).not.toContain(secret);
  }
});

test('one can talk with a program for as long as it is open', async () => {
  await using child = await open(['cat'], { env });
  for (const word of ['one', 'two']) {
    child.stdin.write(word);
    const said = await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(String(said)).toBe(word);
  }
});

test('an open program goes when it is closed, gently or not', async () => {
  const gentle = await open(['cat'], { env });
  await gentle[Symbol.asyncDispose]();
  expect((await gentle.ended).exitCode).toBe(0);
  const deaf = await open(shell(`trap "" TERM; echo ready; sleep ${nap}`), { env });
  await new Promise((resolve) => deaf.stdout.once('data', resolve));
  await deaf[Symbol.asyncDispose]();
  expect((await deaf.ended).exitCode).toBe(137);
  await expect.poll(() => commandLines(napping)).toEqual([]);
});

test('an open program that ends by itself says how', async () => {
  const child = await open(shell('echo why >&2; exit 7'), { env });
  expect(await child.ended).toEqual({ exitCode: 7, stderr: 'why\n' });
  child.stdin.write('too late');
  child.stdin.write(Buffer.alloc(1_000_000));
  await child.kill();
  await delay(20);
});

test('when we go, so does everything that we started; and a child that is not held keeps nobody', async () => {
  await using script = await bundled(`
    import { open, run } from ${JSON.stringify(resolve('src/edges/process.ts'))};
    const idle = await open(['cat'], { env: process.env });
    idle.hold(false);
    if (process.argv[2] === 'exit') {
      void run(['sleep', '${nap}'], { env: process.env, limit: 60000 });
      setTimeout(() => process.exit(5), 200);
    }
  `);
  const atMost = { timeout: 20_000 };
  await promisify(execFile)(process.execPath, [script.path, 'idle'], atMost);
  await expect(promisify(execFile)(process.execPath, [script.path, 'exit'], atMost)).rejects.toMatchObject({
    code: 5,
  });
  await expect.poll(() => commandLines(napping)).toEqual([]);
});

const leashed = { ...options, leash: true };

test('on a leash, a program has the exit code, the output, the arguments, the environment and the stdin that it has without', async () => {
  const scripts = [
    'echo out; echo err >&2; exit 3',
    'kill -KILL $$',
    'kill -TERM $$',
    'env | sort',
    'cat',
    'ls /proc/self/fd',
  ];
  for (const script of scripts) expect(await run(shell(script), leashed)).toEqual(await run(shell(script), options));
  const { stdout } = await run(['printf', '%s|', '$(id)', '; rm -rf x', '*', '"', ''], leashed);
  expect(stdout.toString()).toBe('$(id)|; rm -rf x|*|"||');
});

test('a leash costs no time at the end', async () => {
  expect(await fastest(5, () => run(['true'], leashed))).toBeLessThan(400);
  await expect.poll(() => commandLines(/^sh -c .*harbormaster-leash true$/s)).toEqual([]);
});

test('on a leash too, a missing program is named, and a program that only says so is not missing', async () => {
  await expect(run(['/nonexistent/flock', 'x'], leashed)).rejects.toMatchObject({
    code: 'tool-missing',
    message: expect.stringContaining('flock'),
  });
  await expect(run(['/etc/passwd'], leashed)).rejects.toMatchObject({ code: 'tool-missing' });
  await expect(run(['true'], { ...leashed, cwd: '/nonexistent' })).rejects.toMatchObject({ code: 'interrupted' });
  expect((await run(shell('no-such-program'), leashed)).exitCode).toBe(127);
});

test('on a leash too, a limit ends the whole group, and what is left running goes with the program', async () => {
  const stubborn = `sh -c 'trap "" TERM; sleep ${nap}1 & wait; sleep ${nap}2' & trap "" TERM; sleep ${nap}3`;
  await expect(run(shell(stubborn), { ...leashed, limit: 100 })).rejects.toMatchObject({
    code: 'timeout',
    message: 'sh did not end within 0.1 s and was stopped',
  });
  await run(shell(`sleep ${nap} & echo done`), leashed);
  await expect.poll(() => commandLines(new RegExp(String(nap)))).toEqual([]);
});

test('when we are killed, what is on a leash goes, even what ignores being asked; the rest stays', async () => {
  await using script = await bundled(`
    import { open, run } from ${JSON.stringify(resolve('src/edges/process.ts'))};
    const options = { env: process.env, limit: 60000 };
    void run(['sleep', '${nap}1'], { ...options, leash: true });
    void run(['sh', '-c', 'trap "" TERM; sleep ${nap}2; sleep ${nap}3'], { ...options, leash: true });
    console.log((await open(['sleep', '${nap}4'], options)).pid);
  `);
  const parent = execFile(process.execPath, [script.path]);
  const unleashed = new Promise<number>((resolve) => parent.stdout?.once('data', (text) => resolve(Number(text))));
  const sleeping = async () => (await commandLines(napping)).toSorted();
  await expect.poll(sleeping).toEqual([`sleep ${nap}1`, `sleep ${nap}2`, `sleep ${nap}4`]);
  parent.kill('SIGKILL');
  await expect.poll(() => commandLines(new RegExp(`${nap}[123]`))).toEqual([]);
  expect(await sleeping()).toEqual([`sleep ${nap}4`]);
  process.kill(await unleashed);
});

async function bundled(source: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-script-'));
  const path = join(folder, 'script.mjs');
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  await writeFile(path, outputFiles[0]?.text ?? '');
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
