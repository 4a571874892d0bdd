import * as z from 'zod';
import type { Hook, HookMoment } from '../model/hook.ts';
import { duration, milliseconds } from './duration.ts';
import * as v from './values.ts';

const service = v.serviceName().meta({
  description:
    'The one-shot service of the compose files that runs then. It is neither deployed nor missed with the others; `profiles: [hooks]` keeps `docker compose up` away from it, too.',
  examples: ['migrate'],
});

const timeout = duration({ atLeast: '1s' })
  .default('5m')
  .meta({ description: 'How long it may take. Then it is stopped, and has failed.', examples: ['20m'] });

const hook = z.strictObject({ service, timeout }).meta({ title: 'hook' });

const migration = z
  .strictObject({
    service,
    timeout,
    irreversible: v
      .flag()
      .default(false)
      .meta({
        description:
          'Whether going back to an earlier release does not undo it, as with most migrations: once it has run, a release that fails is held and not rolled back. ' +
          'The label `harbormaster.irreversible: "true"` of the service says the same for one commit.',
        examples: [true],
      }),
  })
  .meta({ title: 'hook' });

const listOf = <Item extends z.ZodType>(item: Item, service: string, description: string) =>
  z
    .array(item, { error: 'must be a list of hooks such as `- service: migrate`' })
    .min(1, { error: 'must not be an empty list; leave the key out instead' })
    .optional()
    .meta({ title: 'list of hooks', description, examples: [[{ service }]], absent: 'none' });

export const hooksSchema = z
  .strictObject({
    pre_deploy: listOf(
      migration,
      'migrate',
      'Run one after the other before a new release changes anything that runs. One that fails leaves everything as it was.',
    ),
    post_deploy: listOf(
      migration,
      'warm-up',
      'Run when the new release is healthy and has passed its checks. One that fails makes the deployment fail.',
    ),
    on_failure: listOf(
      hook,
      'tell-chat',
      'Run when a deployment has failed, before the deployed release is brought back.',
    ),
    pre_remove: listOf(
      hook,
      'backup',
      'Run before the app is removed, because it left the configuration: as it was declared when it was deployed. One that fails keeps the app.',
    ),
  })
  .meta({
    title: 'section',
    description: 'One-shot services that run at a moment of an operation, at most once in it.',
  });

type Settings = z.output<typeof hooksSchema>;

interface Declared {
  readonly service: string;
  readonly timeout: string;
  readonly irreversible?: boolean;
}

export const hooksOf = (settings: Settings = {}): readonly Hook[] => [
  ...hooksAt('pre_deploy', settings.pre_deploy),
  ...hooksAt('post_deploy', settings.post_deploy),
  ...hooksAt('on_failure', settings.on_failure),
  ...hooksAt('pre_remove', settings.pre_remove),
];

const hooksAt = (moment: HookMoment, declared: readonly Declared[] = []): readonly Hook[] =>
  declared.map(({ service, timeout, irreversible = false }) => ({
    moment,
    service,
    limit: milliseconds(timeout),
    irreversible,
  }));
