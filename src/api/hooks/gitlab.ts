import { sha256 } from '../../core/digest.ts';
import { type HookKind, isSame, payloadOf, textsOf } from './kind.ts';

const pushes = ['Push Hook', 'Tag Push Hook', 'System Hook'];

/** https://docs.gitlab.com/user/project/integrations/webhooks/: the secret itself comes with each message, so let it come over TLS. */
export const gitlab: HookKind = {
  kind: 'gitlab',
  proves: ({ header }, secret) => isSame(header('x-gitlab-token') ?? '', secret),
  idOf: ({ header }) => header('x-gitlab-event-uuid') ?? header('idempotency-key'),
  keysOf: ({ header, body }) => [header('x-gitlab-event-uuid') ?? header('idempotency-key') ?? '', sha256(body)],
  read(delivery) {
    const payload = payloadOf(delivery);
    const event = delivery.header('x-gitlab-event') ?? '';
    return {
      event: pushes.includes(event) ? 'push' : 'other',
      urls: [
        ...textsOf(payload, 'project', ['git_http_url', 'git_ssh_url', 'web_url']),
        ...textsOf(payload, 'repository', ['git_http_url', 'git_ssh_url', 'homepage', 'url']),
      ],
    };
  },
};
