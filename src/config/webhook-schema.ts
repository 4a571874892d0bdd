import * as z from 'zod';
import type { HookConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { type Problem, problemAt } from './problems.ts';
import type { Config } from './schema.ts';
import { child, entriesOf, type Node } from './tree.ts';

const nameRule = 'is no name for a webhook: take letters, digits, "-" and "_", 63 at most';
export const webhookName = () => z.string().regex(/^[a-zA-Z0-9][\w-]{0,62}$/, { error: nameRule });

const secretRule = 'must be a secret of at least 16 characters: `openssl rand -hex 32` makes a good one';
const globRule = 'must be the name of an app, in which * stands for any characters and ? for one';

export const webhookSchema = (kinds: readonly string[]) =>
  z.strictObject({
    kind: z.enum(kinds).meta({
      description: 'Who tells: `github`, `gitlab`, `gitea` (and Forgejo), or `signed`: anything that signs by standardwebhooks.com.',
      examples: ['github'],
    }),
    secret: z
      .string({ error: secretRule })
      .min(16, { error: secretRule })
      .meta({
        title: 'secret',
        description: 'What the forge signs with. Only from a file or the environment.',
        examples: ['${file:secrets/github-webhook}'],
      }),
    apps: z
      .array(
        z.string({ error: globRule }).regex(/^[\w.*?-]+$/, { error: globRule }).meta({ title: 'app name, * and ? match any' }),
      )
      .default([])
      .meta({
        title: 'list of names',
        description: 'Apps that are looked at, whatever repository the message names. Empty: those of that repository.',
        examples: [['shop-*']],
      }),
  });

/** A secret in the file would end up in Git, in backups and on screens; and nobody tells anything where nobody listens. */
export function judgeWebhooks(root: Node): readonly Problem[] {
  const hooks = entriesOf(child(root, 'webhooks'));
  const deaf = hooks.length > 0 && child(root, 'api') === undefined;
  return [
    ...(deaf ? [problemAt(root, ['webhooks'], 'need an address to come to; add `api: {listen: …}`')] : []),
    ...hooks.flatMap(([name, { node }]) => {
      const secret = child(node, 'secret');
      const isLiteral = secret?.kind === 'scalar' && secret.value !== null && secret.resolved && secret.from.length === 0;
      const text = 'must not be written here; take it from a file (`${file:PATH}`) or from the environment (`${HOOK_SECRET}`)';
      return isLiteral ? [problemAt(root, ['webhooks', name, 'secret'], text)] : [];
    }),
  ];
}

export const resolveWebhooks = (settings: Config['webhooks']): Readonly<Record<string, HookConfig>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { kind, secret, apps }]) => [name, { kind, secret: new Secret(secret), apps }]),
  );
