import * as z from 'zod';
import type { LogConfig } from '../model/config.ts';
import { duration, milliseconds } from './duration.ts';
import { repositoryFrom } from './repository.ts';
import { access, login, url } from './repository-schema.ts';
import type { Config } from './schema.ts';
import { bytes, size } from './size.ts';
import * as v from './values.ts';

const longest = '3650d';

const witnessSchema = z.strictObject(
  {
    url,
    branch: v
      .refName('branch')
      .default('harbormaster-witness')
      .meta({
        description:
          'Branch that checkpoints are pushed to, by fast-forward only; many hosts may share it. Best one where the forge forbids force-pushes and deletion.',
        examples: ['witness'],
      }),
    entries: z
      .enum(['none', 'all'])
      .default('none')
      .meta({
        description: 'Whether the entries themselves are pushed too, and not only the checkpoints that vouch for them.',
        examples: ['all'],
      }),
    ...access,
    ...login,
  },
  { error: 'must be a map of settings, at least `url: https://…`' },
);

const keepSchema = z.strictObject({
  age: duration({ atLeast: '1d', atMost: longest })
    .optional()
    .meta({
      description:
        'Files of the log whose last entry is older leave, once a witness holds a checkpoint that covers them.',
      examples: ['400d'],
      absent: 'however old',
    }),
  files: v
    .count(1, 100_000)
    .optional()
    .meta({
      description: 'So many closed files of the log stay; older ones leave, under the same condition.',
      examples: [50],
      absent: 'all',
    }),
});

export const logSchema = z.strictObject({
  file_size: size({ atLeast: '64KiB', atMost: '1GiB' })
    .default('8MiB')
    .meta({
      description: 'From this size on the log goes on in a further file.',
      examples: ['16MiB'],
    }),
  file_age: duration({ atLeast: '1h', atMost: longest })
    .default('31d')
    .meta({
      description: 'From this age on the log goes on in a further file, when there is something to write.',
      examples: ['7d'],
    }),
  checkpoint_entries: v
    .count(1, 100_000)
    .default(100)
    .meta({
      description: 'A checkpoint is signed when so many entries are not covered by one yet.',
      examples: [20],
    }),
  checkpoint_interval: duration({ atLeast: '1s' })
    .default('1m')
    .meta({
      description: 'A checkpoint is signed at the latest so long after an entry.',
      examples: ['10s'],
    }),
  append_only: v
    .flag()
    .default(false)
    .meta({
      description:
        'Also mark the files with `chattr +a`, where the file system and our rights allow it: nobody, not even root by mistake, changes or deletes them. To delete the state folder, take the mark away first.',
      examples: [true],
    }),
  keep: keepSchema.prefault({}).meta({
    title: 'section',
    description: 'Which files of the log stay on this host. Needs a `witness`.',
  }),
  witness: witnessSchema.optional().meta({
    title: 'section',
    description:
      'A repository elsewhere that is told of every checkpoint, so that not even root on this host rewrites the log unnoticed.',
    absent: 'none',
  }),
});

/** `tokenFrom`: what the token was interpolated from. */
export function resolveLog(
  { log, defaults }: Config,
  tokenFrom: readonly string[],
  absolute: (path: string) => string,
): LogConfig {
  const { witness, keep } = log;
  return {
    segmentBytes: bytes(log.file_size),
    segmentAge: milliseconds(log.file_age),
    checkpointEntries: log.checkpoint_entries,
    checkpointAge: milliseconds(log.checkpoint_interval),
    appendOnly: log.append_only,
    keep: { age: keep.age === undefined ? undefined : milliseconds(keep.age), segments: keep.files },
    witness: witness && {
      repository: repositoryFrom({ url: witness.url, access: witness, defaults, tokenFrom, absolute }),
      branch: witness.branch,
      entries: witness.entries,
    },
  };
}
