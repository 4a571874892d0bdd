import * as z from 'zod';
import { type CheckKind, checkSchema } from './check-schema.ts';
import { duration } from './duration.ts';
import { hooksSchema } from './hook-schema.ts';
import { onChangeSchema } from './on-change-schema.ts';
import { dependsOn } from './order-schema.ts';
import { allowSchema } from './policy-schema.ts';
import { access, login, url } from './repository-schema.ts';
import { standardSigners } from './signers.ts';
import * as v from './values.ts';

const health = z
  .strictObject({
    deadline: duration({ atLeast: '1s' })
      .optional()
      .meta({
        description: 'How long a deployment may take to become healthy. After that it has failed.',
        examples: ['5m'],
        default: '2m',
      }),
    min_ready: duration({ atLeast: '0s' })
      .optional()
      .meta({
        description: 'How long a container without a healthcheck must run without a restart to count as healthy.',
        examples: ['30s'],
        default: '10s',
      }),
  })
  .meta({ title: 'section', description: 'When a deployment counts as healthy.' });

export const verify = z
  .strictObject({
    mode: z
      .enum(['head', 'tag', 'range', 'none'])
      .optional()
      .meta({
        description:
          'What must be signed with an SSH key of `allowed_signers`. `head`: the commit that is deployed. `tag`: the annotated tag that leads to it. ' +
          '`range`: every commit since the deployed one. `none`: nothing, where `defaults` say otherwise.',
        examples: ['range'],
        default: 'head',
      }),
    allowed_signers: v
      .absoluteFile()
      .optional()
      .meta({
        description:
          'Who may sign: a file of this host in the form that ssh-keygen(1) calls ALLOWED SIGNERS. A key that is taken out is refused from then on.',
        examples: ['/etc/harbormaster/allowed_signers'],
        default: standardSigners,
      }),
    descendants_only: v
      .flag()
      .optional()
      .meta({
        description:
          'Whether a commit that does not come after the deployed one (a branch that was rewound or rewritten) is refused until somebody runs `harbormaster accept-history APP`.',
        examples: [false],
        default: true,
      }),
  })
  .meta({
    title: 'section',
    description:
      'Which signatures a new commit needs. One without them is not deployed: the app is told as unverified, and what runs is kept running.',
  });

const approval = z
  .strictObject({
    approvals: v
      .count(1, 20)
      .optional()
      .meta({ description: 'How many people must approve.', examples: [2], default: 1 }),
    not_by_author: v
      .flag()
      .optional()
      .meta({
        description:
          'Whether author and committer of the commit may not approve it: their names and e-mail addresses are compared with the user who approves. Commits below the newest one are not looked into.',
        examples: [false],
        default: true,
      }),
    expires_after: duration({ atLeast: '1s' })
      .optional()
      .meta({
        description: 'How long an approval counts, if the deployment does not begin before.',
        examples: ['2h'],
        default: '24h',
      }),
  })
  .meta({
    title: 'section',
    description:
      'What `deploy: approve` asks for. An approval is for one plan: a new commit, another state of the containers or another policy makes another plan of it.',
  });

const environment = z
  .record(v.variableName(), v.variableValue(), { error: 'must be a map such as `NAME: value`' })
  .meta({
    title: 'map',
    description:
      'Variables for the compose files. Numbers stay as they are written (`1.10` is "1.10"). A variable with nothing after its colon is taken away again. ' +
      'Stronger than `environment_file`.',
    examples: [{ SHOP_DOMAIN: 'shop.example.com', SHOP_DB_PASSWORD: '${SHOP_DB_PASSWORD}' }],
  });

const formerly = v.oneOrMany(v.appName(), 'must be the name that the app had before, or a list of such names').meta({
  title: 'name, or list of names',
  description:
    'What the app was called before, the oldest name first: under its new name it keeps its containers, history, holds, releases and data, and nothing is deployed for it. ' +
    'The Compose project stays the one of the oldest name: keep this key, or write that name as `project` when you take it out.',
  examples: ['shop-old', ['store', 'shop-old']],
  absent: 'it had no other name',
});

/** Keys of an app that may also stand in `defaults`. */
const shared = {
  repository: v
    .repositoryName()
    .optional()
    .meta({
      title: 'name from `repositories`',
      description: 'A repository that several apps share, in place of `url`.',
      examples: ['infra'],
    }),
  branch: v
    .refName('branch')
    .optional()
    .meta({
      description: 'Branch to follow.',
      examples: ['main'],
      default: 'master',
    }),
  compose_config: v
    .oneOrMany(v.repositoryPath(), 'must be the name of a compose file, or a list of names')
    .optional()
    .meta({
      title: 'file, or list of files',
      description: 'Compose files, later ones over earlier ones, relative to `path`.',
      examples: ['compose.production.yml', ['compose.yml', 'compose.production.yml']],
      absent: 'found as Compose finds them',
    }),
  profiles: v
    .oneOrMany(v.profileName(), 'must be the name of a profile, or a list of names')
    .optional()
    .meta({
      title: 'name, or list of names',
      description: 'Compose profiles to switch on.',
      examples: [['metrics']],
      absent: 'none',
    }),
  environment: environment.optional(),
  environment_file: v
    .oneOrMany(v.hostFile(), 'must be the path of a file, or a list of paths')
    .optional()
    .meta({
      title: 'file, or list of files',
      description:
        'More variables, later files over earlier ones. All values count as secrets. `KEY=value` lines; a map if the name ends in .yml, .yaml or .json.',
      examples: ['secrets/shop.env'],
      absent: 'none',
    }),
  interval: duration({ atLeast: '1s' })
    .optional()
    .meta({
      description: 'How often to look at the repository.',
      examples: ['5m'],
      default: '60s',
    }),
  stale_after: duration({ atLeast: '1s' })
    .optional()
    .meta({
      description:
        'How long the app may go without being compared with Git before people are told (`stale`); that it is again is told, too. Longer than `interval`.',
      examples: ['15m'],
      absent: '`1h`, or three times `interval` if that is longer',
    }),
  hosts: v
    .oneOrMany(v.hostGlob(), 'must be the name of a host, or a list of names')
    .optional()
    .meta({
      title: 'name, or list of names',
      description:
        'Hosts that run the app; `*` stands for any characters, `?` for one; what begins with `!` is left out. Compared with `config.host`, upper and lower case being the same; ' +
        'without a dot also with its part before the first dot.',
      examples: [['web-*', '!web-3']],
      absent: 'all hosts',
    }),
  submodules: v
    .flag()
    .optional()
    .meta({
      description: 'Whether submodules of the repository are fetched.',
      examples: [true],
      default: false,
    }),
  unset_variables: z
    .enum(['error', 'warn'])
    .optional()
    .meta({
      description: 'What to do with a variable in a compose file that is not set and has no default there.',
      examples: ['warn'],
      default: 'error',
    }),
  deploy: z
    .enum(['auto', 'approve', 'manual'])
    .optional()
    .meta({
      description:
        'What becomes of a new release. `auto`: it is deployed by itself. `approve`: it waits until its plan is approved (`approval`), and is then deployed by itself. ' +
        '`manual`: it waits, and is told as waiting, until somebody runs `harbormaster apply APP`. ' +
        'What drifts is corrected either way (`drift`).',
      examples: ['manual'],
      default: 'auto',
    }),
  approval: approval.optional(),
  drift: z
    .enum(['ignore', 'report', 'correct'])
    .optional()
    .meta({
      description:
        'What becomes of containers that left the deployed release without Git having moved: stopped, removed or changed by hand. ' +
        '`correct`: they are brought back. `report`: they are left so, and that is told and logged once. `ignore`: they are left so.',
      examples: ['report'],
      default: 'correct',
    }),
  on_failure: z
    .enum(['rollback', 'hold', 'leave'])
    .optional()
    .meta({
      description:
        'What becomes of the app when a new release fails on the host. `rollback`: the last good release is brought back. ' +
        '`hold`: the app is left as it is, and nothing is deployed until somebody runs `harbormaster release APP`. ' +
        '`leave`: the app is left as it is, and the next different release is tried by itself.',
      examples: ['hold'],
      default: 'rollback',
    }),
  on_remove: z
    .enum(['down', 'stop', 'orphan'])
    .optional()
    .meta({
      description:
        'What becomes of the app when it leaves this file. `down`: its containers are stopped and removed, and its networks. `stop`: its containers are stopped, and kept. ' +
        '`orphan`: it is let go, and keeps running. Volumes and data are never removed.',
      examples: ['stop'],
      default: 'down',
    }),
  removal_grace: duration({ atLeast: '0s' })
    .optional()
    .meta({
      description:
        'How long after it left this file that is done. Until then it is told as leaving, and coming back undoes it.',
      examples: ['1h'],
      default: '0s',
    }),
  health: health.optional(),
  verify: verify.optional(),
};

const strategyKey = (strategies: readonly string[]) => ({
  strategy: z
    .enum([...strategies])
    .optional()
    .meta({ description: 'How a changed service is brought in.', examples: ['recreate'], default: 'recreate' }),
});

export const defaultsSchema = (strategies: readonly string[]) =>
  z.strictObject({ ...shared, ...strategyKey(strategies), ...access });

export const appSchema = (strategies: readonly string[], checks: readonly CheckKind[]) => {
  const { repository, branch, compose_config, profiles, ...others } = shared;
  return z.strictObject(
    {
      url: url.optional(),
      repository,
      branch,
      tag: v
        .tagOrRange()
        .optional()
        .meta({
          description:
            'Tag to follow, in place of `branch`. A range of versions (`^1.4`, `1.x`, `>=2 <3`) follows the highest tag in it, with or without a leading `v`; ' +
            'pre-releases only if the range names one. A tag of exactly that name comes first. If a deleted tag would lead back to a lower version, that is told and not followed.',
          examples: ['v1.4.2', '^1.4'],
        }),
      commit: v
        .commitId()
        .optional()
        .meta({
          description: 'Commit to stay at, in place of `branch`.',
          examples: ['8f3c1d0e5b7a49f26c1e0d9b8a7f6e5d4c3b2a19'],
        }),
      path: v
        .repositoryPath()
        .optional()
        .meta({
          description: 'Folder in the repository that relative paths in the compose files start from.',
          examples: ['apps/shop'],
          absent: "the first compose file's folder; else the top",
        }),
      compose_config,
      profiles,
      enabled: v
        .flag()
        .optional()
        .meta({
          description:
            'false: the app is left alone, whether it runs or not. To stop and remove an app, take it out of the file.',
          examples: [false],
          default: true,
        }),
      project: v
        .projectName()
        .optional()
        .meta({
          description: 'Compose project name.',
          examples: ['shop'],
          absent: "the app's name, as Compose would write it",
        }),
      ...others,
      ...strategyKey(strategies),
      hooks: hooksSchema.optional(),
      checks: z.array(checkSchema(checks)).optional().meta({
        title: 'list',
        description:
          'What a new release must pass once it is healthy, one after the other: the smoke test of its deployment. A release that does not pass has failed.',
        absent: 'none',
      }),
      on_change: onChangeSchema.optional(),
      allow: allowSchema.optional(),
      depends_on: dependsOn.optional(),
      formerly: formerly.optional(),
      ...access,
      ...login,
    },
    { error: 'must be a map of settings, at least `url: https://…`' },
  );
};
