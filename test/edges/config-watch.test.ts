import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { watchConfiguration } from '../../src/edges/config-watch.ts';
import { HarborError } from '../../src/errors.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A configuration of which a test says which files the next load reads, or how it fails. */
async function rig(folder: string) {
  const files = { main: join(folder, 'h.yml'), added: join(folder, 'app.env') };
  await writeFile(files.main, '');
  await writeFile(files.added, '');
  const next: { files: readonly string[]; error?: unknown } = { files: [files.main] };
  const load = vi.fn(async (_fresh: boolean) => {
    if (next.error !== undefined) throw next.error;
  });
  const reloaded = vi.fn();
  const error = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error };
  const config = { load, files: () => next.files };
  const watching = await watchConfiguration({ config, logger, reloaded });
  const atFirst = { loads: load.mock.calls.length, reloads: reloaded.mock.calls.length };
  load.mockClear();
  reloaded.mockClear();
  return {
    atFirst,
    files,
    next,
    load,
    reloaded,
    error,
    reload: watching.reload,
    [Symbol.asyncDispose]: () => watching[Symbol.asyncDispose](),
  };
}

const soon = { timeout: 5_000, interval: 20 };

test('a file that a load brought in is watched, and read once more: it may have changed before it was', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  hm.next.files = [hm.files.main, hm.files.added];
  await writeFile(hm.files.main, 'one');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(1), soon);
  expect(hm.load).toHaveBeenCalledTimes(2);
  await writeFile(hm.files.added, 'A=1');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(2), soon);
});

test('what is watched now is read once more: it may have changed since it was read', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  expect(hm.atFirst).toEqual({ loads: 1, reloads: 1 });
});

test('a first load that never ends is not waited for, and what changes meanwhile is not lost', async () => {
  await using folder = await temporaryFolder();
  let end = (): void => undefined;
  const endless = new Promise<void>((resolve) => (end = resolve));
  const load = vi.fn<(fresh: boolean) => Promise<unknown>>().mockReturnValueOnce(endless).mockResolvedValue(undefined);
  const file = join(folder.path, 'h.yml');
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  await using _watching = await watchConfiguration(
    { config: { load, files: () => [file] }, logger, reloaded: vi.fn() },
    50,
  );
  await writeFile(file, 'apps: {}');
  end();
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2), soon);
});

test('a load that fails is over like any other, and what was watched stays so', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  hm.next.error = new HarborError('h.yml:1:1: apps: is missing', { code: 'config-invalid', hint: 'Add it.' });
  await writeFile(hm.files.main, 'wrong');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(1), soon);
  expect(hm.error).not.toHaveBeenCalled();
  hm.next.error = undefined;
  await writeFile(hm.files.main, 'right');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(2), soon);
});

test('a file that is named before it is there is waited for', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  const late = join(folder.path, 'late.env');
  hm.next.error = new HarborError('names the file late.env, which does not exist', { code: 'config-invalid' });
  hm.next.files = [hm.files.main, late];
  await writeFile(hm.files.main, 'names it');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(1), soon);
  hm.next.error = undefined;
  await writeFile(late, 'A=1');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(2), soon);
});

test('SIGHUP loads it anew, and says that a person asked', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  process.emit('SIGHUP');
  await vi.waitFor(() => expect(hm.reloaded).toHaveBeenCalledTimes(1), soon);
  expect(hm.reloaded).toHaveBeenCalledWith(true);
  expect(hm.load).toHaveBeenCalledWith(true);
});

test('what changed elsewhere is taken over after what is under way', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  await hm.reload();
  expect(hm.load).toHaveBeenCalledWith(false);
  expect(hm.reloaded).toHaveBeenCalledTimes(1);
});

test('what is a fault of ours keeps its stack', async () => {
  await using folder = await temporaryFolder();
  await using hm = await rig(folder.path);
  hm.next.error = new TypeError('x is undefined');
  await writeFile(hm.files.main, 'wrong');
  await vi.waitFor(() => expect(hm.error).toHaveBeenCalledTimes(1), soon);
  expect(hm.error.mock.calls[0]?.[0]).toEqual({ error: hm.next.error });
});
