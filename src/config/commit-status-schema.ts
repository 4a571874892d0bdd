import * as z from 'zod';
import { apiOf, forgeKinds, usualForges } from '../core/forge.ts';
import type { CommitStatusConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { duration, milliseconds } from './duration.ts';
import * as v from './values.ts';

const webUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that begins with https:// or http://' });

/** What may be filled into `target_url`. */
const fields = ['host', 'app', 'commit'];

const targetUrl = z
  .string({ error: 'must be a URL that begins with https:// or http://' })
  .refine((text) => /^https?:\/\/[^\s/{}]/.test(text) && !/\s/.test(text.replaceAll(/\{\{[^{}]*\}\}/g, '')), {
    error: 'must be a URL that begins with https:// or http://',
  })
  .refine((text) => [...text.matchAll(/\{\{([^{}]*)\}\}/g)].every(([, name = '']) => fields.includes(name.trim())), {
    error: `may hold only {{${fields.join('}}, {{')}}}`,
  });

const patterns = (of: string) => z.array(z.string({ error: `must be ${of}` }).min(1, { error: `must be ${of}` }));

const contextRule = 'must be text without blanks, at most 60 characters';

export const commitStatusSchema = z
  .strictObject(
    {
      forge: z.enum(forgeKinds).meta({ description: 'What kind of software it is.', examples: ['github'] }),
      url: webUrl.optional().meta({
        title: 'URL',
        description:
          'Where people look at it. Only repositories of this host are told of, and only there the token is sent. Gitea and Forgejo have no usual place: for them it is required.',
        examples: ['https://git.example.com'],
        absent: '`https://github.com` or `https://gitlab.com`',
      }),
      api: webUrl.optional().meta({
        title: 'URL',
        description: 'Where programs ask it.',
        examples: ['https://git.example.com/api/v1'],
        absent: 'derived from `url`',
      }),
      token: z
        .string({ error: 'must be text' })
        .min(1, { error: 'must not be empty' })
        .meta({
          title: 'secret',
          description: 'May set the status of commits, and better nothing else. Taken from a file or the environment.',
          examples: ['${file:secrets/forge-token}'],
        }),
      git_hosts: z
        .array(v.hostName())
        .default([])
        .meta({
          title: 'list of host names',
          description:
            'Further names by which Git reaches the repositories of this forge, where they differ from `url`.',
          examples: [['ssh.git.example.com']],
        }),
      repositories: patterns('the path of a repository such as team/shop')
        .default([])
        .meta({
          title: 'list of repositories',
          description:
            'Which ones, by their path; `*` stands for any characters, `?` for one. Empty: all of this forge.',
          examples: [['team/*']],
        }),
      apps: patterns('the name of an app')
        .default([])
        .meta({
          title: 'list of apps',
          description: 'Apps to tell of; `*` stands for any characters, `?` for one. Empty: all of them.',
          examples: [['shop', 'db-*']],
        }),
      context: z
        .string({ error: contextRule })
        .regex(/^[^\s\u0000-\u001f]{1,60}$/, { error: contextRule })
        .default('harbormaster')
        .meta({
          title: 'text',
          description: 'How a status is called: this, the host and the app, as `harbormaster/web-1/shop`.',
          examples: ['deploy'],
        }),
      target_url: targetUrl.optional().meta({
        title: 'URL',
        description: 'Where a status leads; {{host}}, {{app}} and {{commit}} are filled in.',
        examples: ['https://harbormaster.example.com/#/apps/{{app}}'],
        absent: 'nowhere',
      }),
      timeout: duration({ atLeast: '1s', atMost: '60s' })
        .default('10s')
        .meta({ description: 'How long the forge may take to answer.', examples: ['5s'] }),
    },
    { error: 'must be a map of settings, at least `forge` and `token`' },
  )
  .check(({ value, issues }) => {
    if (value.url !== undefined || usualForges[value.forge] !== undefined) return;
    const message = `must be the address of your ${value.forge === 'gitea' ? 'Gitea' : 'Forgejo'}, such as https://git.example.com`;
    issues.push({ code: 'custom', input: undefined, path: ['url'], message, continue: true });
  });

export function resolveCommitStatus(given: z.output<typeof commitStatusSchema>): CommitStatusConfig {
  const web = given.url ?? usualForges[given.forge] ?? '';
  return {
    kind: given.forge,
    web,
    api: (given.api ?? apiOf(given.forge, web)).replace(/\/+$/, ''),
    token: new Secret(given.token),
    gitHosts: given.git_hosts,
    repositories: given.repositories,
    apps: given.apps,
    context: given.context,
    targetUrl: given.target_url,
    limit: milliseconds(given.timeout),
  };
}
