import * as z from 'zod';
import { appSchema } from './app-schema.ts';
import type { CheckKind } from './check-schema.ts';
import * as v from './values.ts';

/** Keys of an app that say where it comes from: of what is found, the place where it was found says that. */
const ofItsPlace = {
  url: true,
  repository: true,
  branch: true,
  tag: true,
  commit: true,
  path: true,
  ssh_key: true,
  known_hosts: true,
  certificate_authority: true,
  username: true,
  token: true,
} as const;

/** Where apps are found, and what holds for each of them. */
export const discoverSchema = (strategies: readonly string[], checks: readonly CheckKind[]) =>
  appSchema(strategies, checks)
    .omit({ path: true, project: true, enabled: true })
    .extend({
      pattern: v.oneOrMany(v.pathPattern(), 'must be a pattern such as apps/*/compose.yaml, or a list of them').meta({
        title: 'pattern, or list of patterns',
        description:
          'Compose files to look for: each folder that has one is an app. `*` and `?` stand for characters of one name, `**` for any number of folders, `{host}` for the name of this host. Links are not followed.',
        examples: ['apps/*/compose.yaml', 'hosts/{host}/*/compose.y*ml'],
      }),
      exclude: v
        .oneOrMany(v.pathPattern(), 'must be a pattern such as apps/_*, or a list of them')
        .optional()
        .meta({
          title: 'pattern, or list of patterns',
          description: 'Files and folders that are left out, with everything below them.',
          examples: [['apps/_*', 'apps/legacy']],
          absent: 'none',
        }),
      name: v
        .nameTemplate()
        .optional()
        .meta({
          description:
            'How the apps are called: `{folder}` is the name of the folder, `{parent}` that of the one above, `{path}` the whole path with "-" for "/".',
          examples: ['shop-{folder}'],
          default: '{folder}',
        }),
      apps: z.record(v.appName(), appSchema(strategies, checks).omit(ofItsPlace)).optional().meta({
        title: 'map',
        description:
          'Settings for single apps, by the name that they are found under; stronger than everything else. One that is not found is no mistake.',
        absent: 'none',
      }),
    });

/** What the file `harbormaster.app.yml` in a folder may say of its app: nothing that the host did not leave open. */
export const folderSchema = (strategies: readonly string[]) =>
  appSchema(strategies, []).pick({
    hosts: true,
    enabled: true,
    compose_config: true,
    profiles: true,
    environment: true,
    unset_variables: true,
    health: true,
    on_failure: true,
    on_change: true,
    hooks: true,
    depends_on: true,
  });
