import type { Delivery, WebhookKind } from './kind.ts';
import { fieldOf, payloadOf, textsOf } from './payload.ts';
import { standardDoubt, tokenDoubt } from './proof.ts';

const pushes = ['push', 'tag_push', 'repository_update'];

/** Of all hooks, the payload itself says what happened: a system hook tells of users and keys, too. */
const eventOf = (payload: unknown): string => {
  const found = fieldOf(payload, 'event_name') ?? fieldOf(payload, 'object_kind');
  return typeof found === 'string' ? found : '';
};

const isSigned = ({ header }: Delivery): boolean => header('webhook-signature') !== undefined;

/**
 * The secret itself comes with each message, or with a signing token (newer versions) a signature: where there is one, it alone counts. Its test button sends a push.
 * https://docs.gitlab.com/user/project/integrations/webhooks/
 */
export const gitlab: WebhookKind = {
  type: 'gitlab',
  doubt: (delivery, secret) =>
    isSigned(delivery) ? standardDoubt(delivery, secret) : tokenDoubt(delivery, secret, 'x-gitlab-token'),
  idOf: ({ header }) => header('webhook-id') ?? header('idempotency-key') ?? header('x-gitlab-event-uuid'),
  read(delivery) {
    const payload = payloadOf(delivery);
    const name = eventOf(payload);
    return {
      event: pushes.includes(name) ? 'push' : 'other',
      name: name || (delivery.header('x-gitlab-event') ?? ''),
      urls: [
        ...textsOf(payload, 'project', ['git_http_url', 'git_ssh_url', 'web_url']),
        ...textsOf(payload, 'repository', ['git_http_url', 'git_ssh_url', 'homepage']),
      ],
    };
  },
};
