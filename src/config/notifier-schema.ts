import * as z from 'zod';
import type { NotifierConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';

/** What the schema needs of a notifier's kind; see `kind.ts`. */
export interface NotifierKind {
  readonly type: string;
  readonly options: z.ZodObject;
  /** It runs programs of this host: only the host itself says which. */
  readonly runsPrograms?: boolean | undefined;
}

const events = ['failed', 'blocked', 'drifted', 'stale', 'recovered'] as const;

const common = {
  name: z
    .string({ error: 'must be a name' })
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, { error: 'must be lower-case letters, digits and -, at most 40' })
    .optional()
    .meta({
      title: 'name',
      description:
        'What it is called where its deliveries are shown. With a name it stays the same notifier when its URL or secret changes: what waits for it is kept.',
      examples: ['ops-channel'],
      absent: 'its kind and a few digits',
    }),
  on: z
    .array(z.enum(events))
    .min(1, { error: 'must not be an empty list; leave the key out instead' })
    .default([...events])
    .meta({
      title: 'list of events',
      description:
        'What to tell: `failed`, `blocked`, `drifted`, `stale` (not compared with Git for `stale_after`), `recovered`.',
      examples: [['failed', 'recovered']],
    }),
  severity: z
    .enum(['info', 'warning', 'error'])
    .default('info')
    .meta({
      title: 'severity',
      description:
        'The least that it is told: `failed` and `stale` are an `error`, `blocked` and `drifted` a `warning`, `recovered` is `info`. Who was told of trouble is told of its end all the same.',
      examples: ['error'],
    }),
  apps: z
    .array(z.string({ error: 'must be the name of an app' }).min(1, { error: 'must be the name of an app' }))
    .default([])
    .meta({
      title: 'list of apps',
      description: 'Apps to tell about; `*` stands for any characters, `?` for one. Empty: all of them.',
      examples: [['shop', 'db-*']],
    }),
};

export const commonKeys: readonly string[] = ['type', ...Object.keys(common)];

/** A union of all kinds: each with its own options beside the keys that every notifier has. */
export function notifierSchema(kinds: readonly NotifierKind[]) {
  const [first, ...rest] = kinds.map(({ type, options }) =>
    options
      .extend({
        type: z.literal(type).meta({ title: 'kind', description: 'Which notifier.', examples: [type] }),
        ...common,
      })
      .strict(),
  );
  return first ? z.discriminatedUnion('type', [first, ...rest]) : z.never({ error: 'no notifier is known here' });
}

const anyNotifier = z.looseObject({ type: z.string(), ...common });

/** The common keys apart from the kind's own options; those that the kind takes as secrets become secrets. */
export function notifierConfig(notifier: unknown, kinds: readonly NotifierKind[]): NotifierConfig {
  const { type, name, on, severity, apps, ...options } = anyNotifier.parse(notifier);
  const shape = kinds.find((kind) => kind.type === type)?.options.shape ?? {};
  const told = Object.entries(options).map(([key, value]) => [key, asSecret(shape[key], value)]);
  return { type, name, on, severity, apps, options: Object.fromEntries(told) };
}

function asSecret(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  if (schema === undefined || typeof value !== 'string') return value;
  const secret = new Secret(value);
  return z.safeParse(schema, secret).success ? secret : value;
}
