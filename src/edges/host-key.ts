import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hmac } from '../core/digest.ts';
import { HarborError } from '../errors.ts';
import { besideOf, syncFolder, writeNew } from './durable.ts';
import { isMissing, systemCode } from './fs-errors.ts';

const keyLength = 32;

/**
 * The host's secret, `host.key` in this folder: it keys every digest that covers secrets, and names this installation. Made once, by whoever comes
 * first; never made anew where there is one, or was one, for then every container would belong to a stranger. `traces`: what shows that there was one.
 */
export async function loadHostKey(folder: string, traces: Traces): Promise<Buffer> {
  const path = join(folder, 'host.key');
  try {
    const key = (await readIfThere(path)) ?? (await firstKey(path, traces));
    if (key.length === keyLength) return key;
  } catch (error) {
    if (error instanceof HarborError) throw error;
    throw new HarborError(`the host key cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'state-unwritable',
      hint: 'Run as the user who owns the state directory, or name another with --state-dir.',
      cause: error,
    });
  }
  throw new HarborError(`the host key ${path} is damaged: it is not ${keyLength} bytes long`, {
    code: 'state-unwritable',
    hint: 'Put it back from a backup. With a new key, Harbormaster would take its own containers for foreign ones.',
  });
}

/** For people; empty: nothing shows it. */
export type Traces = () => Promise<readonly string[]>;

async function firstKey(path: string, traces: Traces): Promise<Buffer> {
  const found = await traces();
  if (found.length === 0) return makeKey(path);
  // Whoever starts at the same time may have made it, and left the first trace of it, meanwhile.
  const key = await readIfThere(path);
  if (key !== undefined) return key;
  throw new HarborError(`the host key ${path} is gone; that there was one shows ${found.join(', and ')}`, {
    code: 'state-unwritable',
    hint: `Put it back from a backup: with a new one Harbormaster would take its own containers for foreign ones. Is it lost for good? Then make a new one, \`(umask 077; head -c ${keyLength} /dev/urandom > ${path})\`, and take the containers over: \`harbormaster adopt APP --from INSTANCE\`.`,
  });
}

/** What our labels say of this installation. */
export const instanceOf = (key: Uint8Array): string => hmac(key, 'instance').slice(0, 16);

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** `link` fails where the name is taken: of two who start at once, both use the key of the first. */
async function makeKey(path: string): Promise<Buffer> {
  const beside = besideOf(path);
  try {
    await writeNew(beside, randomBytes(keyLength), 0o600);
    await link(beside, path).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
  } finally {
    await rm(beside, { force: true });
  }
  await syncFolder(dirname(path));
  return readFile(path);
}
