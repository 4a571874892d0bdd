import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HarborError } from '../errors.ts';
import type { TokenVault } from '../ports.ts';
import { makeFolder, syncFolder, writeNew } from './durable.ts';
import { isMissing } from './fs-errors.ts';

/** `hm_`, which secret scanners can look for, the id, and 256 bits of chance. */
const form = /^hm_([0-9a-f]{12})_([\w-]{43})$/;

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** SHA-256 of each token in a file of its own, named by the token's id: enough for 256 bits that nobody chose. */
export function tokenVault(directory: string): TokenVault {
  const known = new Map<string, Buffer>();
  const fileOf = (id: string): string => join(directory, id);

  const kept = async (id: string): Promise<Buffer | undefined> => {
    const digest = known.get(id) ?? (await readDigest(fileOf(id)));
    if (digest) known.set(id, digest);
    return digest;
  };

  return {
    async mint() {
      const id = randomBytes(6).toString('hex');
      const token = `hm_${id}_${randomBytes(32).toString('base64url')}`;
      try {
        await makeFolder(directory);
        await writeNew(fileOf(id), digestOf(token), 0o600);
        await syncFolder(directory);
      } catch (cause) {
        throw unkept(directory, cause);
      }
      return { id, token };
    },
    async recognise(token) {
      const id = form.exec(token)?.[1] ?? '';
      const digest = id === '' ? undefined : await kept(id);
      const isRight = timingSafeEqual(digestOf(token), digest ?? Buffer.alloc(32));
      return digest !== undefined && isRight ? id : undefined;
    },
    async drop(id) {
      known.delete(id);
      await rm(fileOf(id), { force: true });
    },
  };
}

/** What is cut short or was changed is compared with nothing. */
async function readDigest(path: string): Promise<Buffer | undefined> {
  const digest = await readFile(path).catch((cause: unknown) => {
    if (isMissing(cause)) return undefined;
    throw unkept(path, cause);
  });
  return digest?.length === 32 ? digest : undefined;
}

const unkept = (path: string, cause: unknown): HarborError =>
  new HarborError(`tokens cannot be kept in ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code: 'state-unwritable',
    hint: 'Is the state directory on a disk that can be written, and of this user?',
    cause,
  });
