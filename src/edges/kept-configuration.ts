import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { KeptConfiguration } from '../model/configuration.ts';
import type { ConfigurationKeeper, Logger } from '../ports.ts';
import { replaceFile } from './durable.ts';
import { isMissing } from './fs-errors.ts';

const text = z.string();
const identity = z.looseObject({ name: text, email: text, at: text });
const revision = z.looseObject({
  repository: text,
  ref: text,
  commit: text,
  author: identity,
  committer: identity,
  subject: text,
  signer: z.looseObject({ principal: text, keyType: text, fingerprint: text }).optional(),
});
const folder = z.looseObject({ folder: text, files: z.array(text), settings: text.optional() });
const finding = z.looseObject({ revision, folders: z.array(folder) });
const shape = z.looseObject({
  v: z.literal(1),
  texts: z.record(text, z.looseObject({ revision, text })),
  findings: z.record(text, finding).default({}),
});

/** In one file that only its owner may read: a configuration may hold what is nobody else's matter. */
export function keptConfiguration({ file, logger }: { file: string; logger: Logger }): ConfigurationKeeper {
  return {
    async load() {
      try {
        const { texts, findings } = shape.parse(JSON.parse(await readFile(file, 'utf8')));
        return { texts, findings };
      } catch (error) {
        if (!isMissing(error)) logger.warn({ file, error }, 'what was kept of the configuration cannot be read');
        return { texts: {}, findings: {} };
      }
    },
    save: (kept: KeptConfiguration) => replaceFile(file, `${JSON.stringify({ v: 1, ...kept })}\n`, 0o600),
  };
}
