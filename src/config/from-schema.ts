import * as z from 'zod';
import { verify } from './app-schema.ts';
import { duration } from './duration.ts';
import { access, login, url } from './repository-schema.ts';
import * as v from './values.ts';

/** Where the rest of the configuration is, and what it may say. Only a host's own file has it. */
export const fromSchema = z
  .strictObject(
    {
      url,
      path: v
        .repositoryPath()
        .optional()
        .meta({
          description: 'The file in the repository.',
          examples: ['hosts/harbormaster.yml'],
          default: 'harbormaster.yml',
        }),
      branch: v
        .refName('branch')
        .optional()
        .meta({ description: 'Branch to follow.', examples: ['production'], default: 'main' }),
      tag: v
        .tagOrRange()
        .optional()
        .meta({
          description: 'Tag to follow, in place of `branch`, or a range of versions, as in an app.',
          examples: ['^1'],
        }),
      interval: duration({ atLeast: '1s' })
        .optional()
        .meta({
          description: 'How often to look at it. Costs nothing where apps of the same repository are looked at anyway.',
          examples: ['5m'],
          default: '60s',
        }),
      ...access,
      ...login,
      verify: verify.optional().meta({
        title: 'section',
        description:
          'Which signatures a new commit needs before its configuration is used, as in an app. One without them is told; what is in force stays so.',
      }),
      may: z
        .array(z.enum(['allow', 'commands']))
        .optional()
        .meta({
          title: 'list of words',
          description:
            'What only this host would decide otherwise. `allow`: what apps may ask of the host (`allow` of apps, and `policy`). `commands`: notifiers that run a program here. Either makes whoever may push to the repository as good as root on this host.',
          examples: [['allow']],
          absent: 'neither',
        }),
      files: z
        .array(v.hostFolder())
        .optional()
        .meta({
          title: 'list of folders',
          description:
            'Folders of this host of which the repository may name files: keys, environment files, `${file:…}`, repositories on this host. Relative paths in it start from the folder of this file.',
          examples: [['/etc/harbormaster', '/run/secrets']],
          absent: 'the folder of this file',
        }),
    },
    { error: 'must be a map of settings, at least `url: https://…`' },
  )
  .meta({
    title: 'section',
    description:
      'The repository that the rest of the configuration comes from, for many hosts to share. What this file says itself is stronger, key by key; its windows and notifiers come on top. Also: `--config-repo URL`.',
  });
