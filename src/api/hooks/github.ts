import { sha256 } from '../../core/digest.ts';
import { type HookKind, hexHmac, isSame, payloadOf, textsOf } from './kind.ts';

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const github: HookKind = {
  kind: 'github',
  proves: ({ header, body }, secret) => isSame(header('x-hub-signature-256') ?? '', `sha256=${hexHmac(secret, body)}`),
  idOf: ({ header }) => header('x-github-delivery'),
  // The id is not signed: who caught a message and sends it again under another is known by what he sends.
  keysOf: ({ header, body }) => [header('x-github-delivery') ?? '', sha256(body)],
  read(delivery) {
    const event = delivery.header('x-github-event');
    const names = ['clone_url', 'ssh_url', 'git_url', 'html_url', 'url'];
    return {
      event: event === 'push' || event === 'create' ? 'push' : event === 'ping' ? 'ping' : 'other',
      urls: textsOf(payloadOf(delivery), 'repository', names),
    };
  },
};
