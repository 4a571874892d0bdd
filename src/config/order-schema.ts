import * as z from 'zod';
import type { AppDependency } from '../model/app.ts';
import * as v from './values.ts';

const must = 'must be the name of an app, a list of names, or a map such as `db: {condition: same-revision}`';

const conditions = z.strictObject(
  {
    condition: z
      .enum(['healthy', 'same-revision'])
      .optional()
      .meta({ description: 'What it waits for.', examples: ['same-revision'], default: 'healthy' }),
  },
  { error: 'must be a map such as `condition: same-revision`' },
);

/** As in a compose file: a list of names, or a map from names to conditions. */
export const dependsOn = z
  .union(
    [
      v.appName(),
      z.array(v.appName()).min(1, { error: 'must not be an empty list; leave the key out instead' }),
      z.record(v.appName(), conditions.nullable()),
    ],
    { error: must },
  )
  .meta({
    title: 'name, list of names, or map',
    description:
      'Apps of this file that a changed deployment waits for. `condition: healthy`: what was deployed of it is healthy now. `same-revision`: besides, it has deployed the same commit of the repository that both follow. ' +
      'Only the start of a deployment waits: what runs keeps running, and is healed. Apps that run on other hosts only are not waited for. When they are removed, an app waits for those that depended on it.',
    examples: [['db', 'proxy'], { db: { condition: 'same-revision' } }],
    absent: 'none',
  });

export type DependsOn = z.output<typeof dependsOn>;

export function dependenciesOf(settings: DependsOn | undefined): readonly AppDependency[] {
  if (settings === undefined) return [];
  if (typeof settings === 'string') return [{ app: settings, condition: 'healthy' }];
  if (Array.isArray(settings)) return [...new Set(settings)].map((app) => ({ app, condition: 'healthy' }));
  return Object.entries(settings).map(([app, how]) => ({ app, condition: how?.condition ?? 'healthy' }));
}
