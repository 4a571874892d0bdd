import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build } from '../../../../src/edges/engines/compose/build.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hm-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const request = {
  project: 'shop',
  service: 'web',
  tag: 'harbormaster.local/shop/web:1',
  section: { context: '/src', args: { PRICE: '5$$' } },
};

/** Builds with a stand-in for the plugin: a shell script. `-f`'s value is its 7th argument. */
async function buildWith(script: string, signal?: AbortSignal): Promise<void> {
  const plugin = join(folder, 'plugin');
  await writeFile(plugin, `#!/bin/sh\n${script}\n`);
  await chmod(plugin, 0o755);
  const context = { project: 'shop', dockerHost: 'unix:///x', dockerConfig: folder, home: folder };
  await build({ plugin, context, temporary: folder, limit: 5000, signal }, request);
}

test('Compose is given a private model with the one build, which is gone afterwards', async () => {
  await buildWith(`cp "$8" ${folder}/model; stat -c %a "$8" > ${folder}/mode`);
  expect(JSON.parse(await readFile(join(folder, 'model'), 'utf8'))).toEqual({
    name: 'shop',
    services: { web: { image: request.tag, build: request.section } },
  });
  expect(await readFile(join(folder, 'mode'), 'utf8')).toBe('600\n');
  expect((await readdir(folder)).toSorted()).toEqual(['mode', 'model', 'plugin']);
});

test("a Compose that wants a buildx that is not there builds with the engine's own builder", async () => {
  await buildWith(
    `echo "$DOCKER_BUILDKIT" >> ${folder}/tries; [ "$DOCKER_BUILDKIT" = 0 ] && exit 0; echo "compose build requires buildx 0.17 or later" >&2; exit 1`,
  );
  expect(await readFile(join(folder, 'tries'), 'utf8')).toBe('\n0\n');
});

test('a failure shows the last line, then those before it, harmlessly, and is not tried twice', async () => {
  await expect(
    buildWith(`echo x >> ${folder}/tries; seq 1 30; printf '\\033[31mno such file\\007\\n' >&2; exit 17`),
  ).rejects.toMatchObject({
    code: 'build-failed',
    message: [
      'the image of service web could not be built: no such file<U+0007>',
      ...Array.from({ length: 11 }, (_, at) => String(at + 20)),
    ].join('\n'),
  });
  expect(await readFile(join(folder, 'tries'), 'utf8')).toBe('x\n');
});

test('of what a builder says, the step that failed is shown, not its progress', async () => {
  const said = '#1 DONE 0.0s\n------\n > [web 1/1] COPY nope /x:\n------\nfailed to solve: "/nope" not found\n';
  await expect(buildWith(`printf '%s' '${said}' >&2; exit 17`)).rejects.toMatchObject({
    message:
      'the image of service web could not be built: failed to solve: "/nope" not found\n > [web 1/1] COPY nope /x:',
  });
});

test('a build that is no longer wanted ends with all that it started, and leaves no file', async () => {
  const aborter = new AbortController();
  const building = buildWith(`sleep 60 & echo $! > ${folder}/pid; wait`, aborter.signal);
  await expect.poll(() => readFile(join(folder, 'pid'), 'utf8').catch(() => '')).toMatch(/\n$/);
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
  aborter.abort();
  await expect(building).rejects.toMatchObject({ code: 'interrupted' });
  // Gone, or a corpse that nobody has buried yet.
  expect(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')).toContain(') Z');
  expect((await readdir(folder)).toSorted()).toEqual(['pid', 'plugin']);
});
