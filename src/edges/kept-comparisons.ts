import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Logger } from '../ports.ts';
import { replaceFile } from './durable.ts';
import { isMissing } from './fs-errors.ts';

const shape = z.looseObject({ v: z.literal(1), apps: z.record(z.string(), z.iso.datetime()) });

type Comparisons = Readonly<Record<string, string>>;

/** When apps were compared with Git last, over a restart. It can be deleted at any time: then the wait for it begins anew. */
export function keptComparisons({ file, logger }: { readonly file: string; readonly logger: Pick<Logger, 'warn'> }) {
  return {
    async load(): Promise<Comparisons> {
      try {
        return shape.parse(JSON.parse(await readFile(file, 'utf8'))).apps;
      } catch (error) {
        if (!isMissing(error)) logger.warn({ file, error }, 'when apps were compared with Git last cannot be read');
        return {};
      }
    },
    save: (apps: Comparisons): Promise<void> =>
      replaceFile(file, `${JSON.stringify({ v: 1, apps })}\n`, 0o600).catch((error: unknown) => {
        logger.warn({ file, error }, 'when apps were compared with Git last cannot be written');
      }),
  };
}
