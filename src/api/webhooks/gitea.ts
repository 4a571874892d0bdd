import type { Delivery, WebhookKind } from './kind.ts';
import { payloadOf, textsOf } from './payload.ts';
import { hexDoubt } from './proof.ts';

const pushes = ['push', 'create'];

/** Forgejo sends Gitea's headers, too, under both names. */
const own = ({ header }: Delivery, name: string): string | undefined =>
  header(`x-gitea-${name}`) ?? header(`x-forgejo-${name}`);

/** Its test button sends a push. https://docs.gitea.com/usage/repository/webhooks */
export const gitea: WebhookKind = {
  type: 'gitea',
  doubt: (delivery, secret) => hexDoubt(delivery, secret, ['x-gitea-signature', 'x-forgejo-signature']),
  idOf: (delivery) => own(delivery, 'delivery'),
  read(delivery) {
    const name = own(delivery, 'event') ?? '';
    return {
      event: pushes.includes(name) ? 'push' : 'other',
      name,
      urls: textsOf(payloadOf(delivery), 'repository', ['clone_url', 'ssh_url', 'html_url']),
    };
  },
};

/** https://forgejo.org/docs/latest/user/webhooks/ */
export const forgejo: WebhookKind = { ...gitea, type: 'forgejo' };
