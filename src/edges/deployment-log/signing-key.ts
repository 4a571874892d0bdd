import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarborError } from '../../errors.ts';
import { replaceFile, syncFolder } from '../durable.ts';
import { isMissing } from '../fs-errors.ts';
import { logName } from './checkpoint.ts';
import { parseVerifierKey, type Signer, signNote, verifierKey } from './signed-note.ts';

/** The key that signs checkpoints: `log.key` in the folder of the keys, and `log.key.next` while it is being changed. */
export interface SigningKey {
  /** The signer; made where there is none. `inForce`: the verifier key that the log named last. */
  load(inForce: string | undefined): Promise<Signer>;
  /** Makes another one, which counts as soon as the log names it and `adopt` is called. */
  prepare(): Promise<Signer>;
  adopt(): Promise<void>;
}

export function signingKeyIn(folder: string, instance: string): SigningKey {
  const name = logName(instance);
  const [path, next] = [join(folder, 'log.key'), join(folder, 'log.key.next')];
  const adopt = async (): Promise<void> => {
    await rename(next, path);
    await syncFolder(dirname(path));
  };
  const make = async (place: string): Promise<Signer> => {
    const { privateKey } = generateKeyPairSync('ed25519');
    await replaceFile(place, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600);
    return { name, key: privateKey };
  };
  return {
    async load(inForce) {
      const waiting = await read(next, name);
      // A crash came between the entry that names the new key and this.
      if (waiting && verifierKey(waiting) === inForce) await adopt();
      else if (waiting) await rm(next, { force: true });
      return (await read(path, name)) ?? make(path);
    },
    prepare: () => make(next),
    adopt,
  };
}

async function read(path: string, name: string): Promise<Signer | undefined> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw unusable(path, error);
  });
  if (pem === undefined) return undefined;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return { name, key };
  } catch (error) {
    throw unusable(path, error);
  }
  throw unusable(path);
}

const unusable = (path: string, cause?: unknown): HarborError =>
  new HarborError(`the key ${path}, which signs the log's checkpoints, cannot be used`, {
    code: 'state-unwritable',
    hint: 'Put it back from a backup. If it is lost, move the file away: another key is then made, and the log says so for ever.',
    cause,
  });

const statement = 'Harbormaster signs the checkpoints of this log with another key from now on:';

/** The old key's word for the new one. */
export const handOver = (to: Signer, from: Signer): string => signNote(`${statement}\n${verifierKey(to)}\n`, from);

/** Which key a note hands over to; undefined: it is none. Who signed it is another question. */
export function heirOf(text: string): string | undefined {
  const [said, heir, ...rest] = text.split('\n');
  const isOne = said === statement && rest.length === 1 && rest[0] === '' && heir !== undefined;
  return isOne && parseVerifierKey(heir) ? heir : undefined;
}
