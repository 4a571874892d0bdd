import * as z from 'zod';
import type { WebhookConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { type Problem, problemAt } from './problems.ts';
import type { Config } from './schema.ts';
import { child, entriesOf, type Node } from './tree.ts';

const nameRule = 'is no name for a webhook: take letters, digits, "-" and "_", at most 63';
export const webhookName = () => z.string().regex(/^[a-zA-Z0-9][\w-]{0,62}$/, { error: nameRule });

const secretRule = 'must be a secret of at least 16 characters; `openssl rand -hex 32` makes a good one';
const globRule = 'must be the name of an app, in which * stands for any characters and ? for one';

export const webhookSchema = (types: readonly string[]) =>
  z.strictObject(
    {
      type: z
        .enum(types)
        .meta({ description: 'Which kind of forge tells; `signed`: anything that signs.', examples: ['github'] }),
      secret: z
        .string({ error: secretRule })
        .min(16, { error: secretRule })
        .meta({
          title: 'secret',
          description: 'What the forge proves itself with. From a file or the environment only.',
          examples: ['${file:secrets/github-webhook}'],
        }),
      apps: z
        .array(z.string({ error: globRule }).regex(/^[\w.*?-]+$/, { error: globRule }))
        .default([])
        .meta({
          title: 'list of apps',
          description:
            'Apps that are looked at, whatever repository a message names; `*` stands for any characters, `?` for one. Empty: those that follow the repository, and the configuration if it does.',
          examples: [['shop-*']],
        }),
    },
    { error: 'must be a map of settings, at least `type` and `secret`' },
  );

/** A secret in the file would end up in Git, in backups and on screens; and where nobody listens nobody hears. */
export function judgeWebhooks(root: Node): readonly Problem[] {
  const webhooks = entriesOf(child(root, 'webhooks'));
  const isDeaf = webhooks.length > 0 && child(root, 'api') === undefined;
  return [
    ...(isDeaf
      ? [problemAt(root, ['webhooks'], 'need an address to come to; add `api: {listen: "127.0.0.1:7460"}`')]
      : []),
    ...webhooks.flatMap(([name, { node }]) => literalSecret(root, child(node, 'secret'), name)),
  ];
}

function literalSecret(root: Node, secret: Node | undefined, name: string): readonly Problem[] {
  const isLiteral = secret?.kind === 'scalar' && secret.value !== null && secret.resolved && secret.from.length === 0;
  const text =
    'must not be written here; take it from a file (`${file:PATH}`) or from the environment (`${WEBHOOK_SECRET}`)';
  return isLiteral ? [problemAt(root, ['webhooks', name, 'secret'], text)] : [];
}

export const resolveWebhooks = (settings: Config['webhooks']): Readonly<Record<string, WebhookConfig>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { type, secret, apps }]) => [
      name,
      { type, secret: new Secret(secret), apps },
    ]),
  );
