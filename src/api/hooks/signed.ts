import { createHmac } from 'node:crypto';
import { fieldOf, type HookKind, isSame, payloadOf } from './kind.ts';

/** Milliseconds that the sender's clock may differ from ours. */
const tolerance = 5 * 60_000;

/**
 * Anything that can sign, by https://www.standardwebhooks.com: id, time and body are signed. The secret is used as it is written. A body
 * `{"repository": "URL"}` is a hint at which one it was; none at all means any.
 */
export const signed: HookKind = {
  kind: 'signed',
  proves({ header, body, at }, secret) {
    const [id, time] = [header('webhook-id') ?? '', header('webhook-timestamp') ?? ''];
    const isNow = /^\d{1,12}$/.test(time) && Math.abs(at - Number(time) * 1_000) <= tolerance;
    const wanted = createHmac('sha256', secret).update(`${id}.${time}.`).update(body).digest('base64');
    const given = (header('webhook-signature') ?? '').split(' ').map((part) => part.replace(/^v1,/, ''));
    return id !== '' && isNow && given.some((signature) => isSame(signature, wanted));
  },
  idOf: ({ header }) => header('webhook-id'),
  keysOf: ({ header }) => [header('webhook-id') ?? ''],
  read(delivery) {
    const repository = fieldOf(payloadOf(delivery), 'repository');
    return { event: 'push', urls: typeof repository === 'string' ? [repository] : [] };
  },
};
