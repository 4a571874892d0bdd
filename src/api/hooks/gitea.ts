import { sha256 } from '../../core/digest.ts';
import { type Delivery, type HookKind, hexHmac, isSame, payloadOf, textsOf } from './kind.ts';

const own = ({ header }: Delivery, name: string): string | undefined =>
  header(`x-forgejo-${name}`) ?? header(`x-gitea-${name}`);

/** Gitea and Forgejo: https://docs.gitea.com/usage/repository/webhooks, https://forgejo.org/docs/latest/user/webhooks/ */
export const gitea: HookKind = {
  kind: 'gitea',
  proves: (delivery, secret) => isSame(own(delivery, 'signature') ?? '', hexHmac(secret, delivery.body)),
  idOf: (delivery) => own(delivery, 'delivery'),
  keysOf: (delivery) => [own(delivery, 'delivery') ?? '', sha256(delivery.body)],
  read(delivery) {
    const event = own(delivery, 'event');
    return {
      event: event === 'push' || event === 'create' ? 'push' : 'other',
      urls: textsOf(payloadOf(delivery), 'repository', ['clone_url', 'ssh_url', 'html_url']),
    };
  },
};
