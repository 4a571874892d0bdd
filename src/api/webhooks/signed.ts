import type { WebhookKind } from './kind.ts';
import { fieldOf, payloadOf, textsOf } from './payload.ts';
import { standardDoubt } from './proof.ts';

/** Anything that can sign, by standardwebhooks.com. Its body is `{"repository": "URL"}`; with `"event": "ping"` nothing is looked at. */
export const signed: WebhookKind = {
  type: 'signed',
  doubt: standardDoubt,
  idOf: ({ header }) => header('webhook-id'),
  read(delivery) {
    const payload = payloadOf(delivery);
    const isPing = fieldOf(payload, 'event') === 'ping';
    return {
      event: isPing ? 'ping' : 'push',
      name: isPing ? 'ping' : 'push',
      urls: textsOf({ payload }, 'payload', ['repository']),
    };
  },
};
