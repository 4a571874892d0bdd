import * as z from 'zod';
import { apiSchema } from './api-schema.ts';
import { appSchema, defaultsSchema } from './app-schema.ts';
import type { CheckKind } from './check-schema.ts';
import { commitStatusSchema } from './commit-status-schema.ts';
import { discoverSchema } from './discover-schema.ts';
import { duration } from './duration.ts';
import { fromSchema } from './from-schema.ts';
import { heartbeatSchema } from './heartbeat-schema.ts';
import { logSchema } from './log-schema.ts';
import { type NotifierKind, notifierSchema } from './notifier-schema.ts';
import { policySchema } from './policy-schema.ts';
import { repositorySchema } from './repository-schema.ts';
import * as v from './values.ts';
import { webhookName, webhookSchema } from './webhook-schema.ts';
import { windowSchema } from './window-schema.ts';

/** Pluggable parts that extend the schema by being registered. */
export interface Catalogues {
  readonly notifiers: readonly NotifierKind[];
  readonly checks: readonly CheckKind[];
  /** Names of strategies. */
  readonly strategies: readonly string[];
  /** Kinds of forges. */
  readonly webhooks: readonly string[];
}

const hostSchema = z.strictObject({
  host: v
    .hostName()
    .optional()
    .meta({
      description:
        'Name of this host: what `hosts` is compared with, and what the deployment log and notifications say.',
      examples: ['web-1'],
      absent: "the machine's host name",
    }),
  from: fromSchema.optional(),
  prune: v
    .flag()
    .default(false)
    .meta({
      description: 'Also delete the images of releases that are no longer kept. Images of others are never touched.',
      examples: [true],
    }),
  image_interval: duration({ atLeast: '1s' })
    .default('15m')
    .meta({
      description: 'How often to ask registries whether a tag has moved.',
      examples: ['1h'],
    }),
  keep_releases: v
    .count(1, 1000)
    .default(5)
    .meta({
      description: 'How many releases of an app are kept for a rollback.',
      examples: [10],
    }),
  removal_guard: v
    .count(0, 10_000)
    .default(1)
    .meta({
      description:
        'How many apps may be removed in one go because they left this file. More of them wait for a person.',
      examples: [3],
    }),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({
      description: "What Harbormaster's own log on stderr shows.",
      examples: ['debug'],
    }),
});

const noApps = ({ input }: { readonly input?: unknown }): string =>
  input === undefined || input === null
    ? 'must be a map of apps; write `apps: {}` if this host is meant to run none'
    : 'must be a map of apps, each below its name';

/** Let go of when memory is wanted: it is large, and made in milliseconds. */
const known = new WeakMap<Catalogues, WeakRef<ConfigSchema>>();

/** The whole file. Shape only: what one key demands of another is judged in `sense.ts`. */
export function configSchema(catalogues: Catalogues): ConfigSchema {
  const schema = known.get(catalogues)?.deref() ?? makeSchema(catalogues);
  known.set(catalogues, new WeakRef(schema));
  return schema;
}

function makeSchema({ notifiers, checks, strategies, webhooks }: Catalogues) {
  return z.strictObject({
    config: hostSchema.prefault({}).meta({ title: 'section', description: 'The host and Harbormaster itself.' }),
    api: apiSchema.optional().meta({
      title: 'section',
      description: 'The API on TCP. The command line does not need it: on the host it asks over a socket.',
      absent: 'not on TCP',
    }),
    webhooks: z.record(webhookName(), webhookSchema(webhooks)).default({}).meta({
      title: 'map',
      description:
        'Who may tell that a repository changed, by the last part of the address `/webhooks/NAME`, at which `api` listens. A message only makes Harbormaster look at Git now; see [webhooks](webhooks.md).',
    }),
    repositories: z.record(v.repositoryName(), repositorySchema).default({}).meta({
      title: 'map',
      description: 'Repositories that several apps share, by a name of your choice.',
    }),
    policy: policySchema.prefault({}),
    defaults: defaultsSchema(strategies).prefault({}).meta({
      title: 'section',
      description: 'What holds for every app that does not say otherwise.',
    }),
    apps: z
      .record(v.appName(), appSchema(strategies, checks), {
        error: noApps,
      })
      .meta({
        title: 'map',
        description: 'The apps, by name. `apps: {}` means on purpose that this host runs none.',
      }),
    discover: z.array(discoverSchema(strategies, checks)).default([]).meta({
      title: 'list',
      description:
        'Repositories in which apps are found by their folders. An app comes and goes with its folder; when it goes, it is removed like one that left this file. Every key of an app but `path`, `project` and `enabled` holds for all that are found.',
    }),
    windows: z.array(windowSchema).default([]).meta({
      title: 'list',
      description:
        'When something may begin, and when not. A window is looked at only at the start of an operation, and only lets it begin if what is left of it is as long as the health deadline of the app, the time limits of its hooks and checks, and 30s; what has begun goes on.',
    }),
    log: logSchema.prefault({}).meta({
      title: 'section',
      description: 'How the deployment log is kept, who vouches for it, and how long.',
    }),
    heartbeat: heartbeatSchema.optional().meta({
      title: 'section',
      description:
        'A dead man’s switch: a sign of life as long as passes really go on, for a service elsewhere that raises the alarm when it stops.',
      absent: 'none',
    }),
    commit_status: z.array(commitStatusSchema).default([]).meta({
      title: 'list',
      description:
        'Forges that show at each commit what became of it on this host: who pushed sees it where he pushed.',
    }),
    notifiers: z.array(notifierSchema(notifiers)).default([]).meta({
      title: 'list',
      description: 'Who is told when an app fails, is blocked, has drifted, or has recovered.',
    }),
  });
}

export type ConfigSchema = ReturnType<typeof makeSchema>;
export type Config = z.output<ConfigSchema>;
export type AppSettings = Config['apps'][string];
export type DefaultSettings = Config['defaults'];
export type RepositorySettings = Config['repositories'][string];
