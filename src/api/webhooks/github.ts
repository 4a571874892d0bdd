import type { WebhookKind } from './kind.ts';
import { payloadOf, textsOf } from './payload.ts';
import { hexDoubt } from './proof.ts';

/** `create` tells of a new branch or tag. */
const pushes = ['push', 'create'];

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const github: WebhookKind = {
  type: 'github',
  doubt: (delivery, secret) => hexDoubt(delivery, secret, ['x-hub-signature-256'], 'sha256='),
  idOf: ({ header }) => header('x-github-delivery'),
  read(delivery) {
    const name = delivery.header('x-github-event') ?? '';
    return {
      event: pushes.includes(name) ? 'push' : name === 'ping' ? 'ping' : 'other',
      name,
      urls: textsOf(payloadOf(delivery), 'repository', ['clone_url', 'ssh_url', 'git_url', 'html_url']),
    };
  },
};
