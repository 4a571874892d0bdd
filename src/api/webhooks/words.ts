import { HarborError } from '../../errors.ts';
import type { Delivery, Hint } from './kind.ts';

/** What a forge is told, for the person who reads it there: he knows the secret, or the forge does. */
export interface Received {
  readonly status: 'accepted' | 'duplicate' | 'ignored' | 'unmatched' | 'pong';
  readonly detail: string;
  /** Those that are looked at, or would be. */
  readonly apps: readonly string[];
  /** So is what the configuration itself hangs on. */
  readonly configuration: boolean;
}

type Matched = Pick<Received, 'apps' | 'configuration'>;

export const nobody: Matched = { apps: [], configuration: false };

export const accepted = (matched: Matched): Received => ({
  status: 'accepted',
  detail: `Git is looked at now for ${whom(matched)}.`,
  ...matched,
});

export const duplicate = (): Received => ({
  status: 'duplicate',
  detail:
    'This very delivery came before and was heeded then: nothing is looked at again. On the host, `harbormaster apply` looks now.',
  ...nobody,
});

export const ignored = ({ name }: Hint): Received => ({
  status: 'ignored',
  detail: `${name === '' ? 'This is' : `"${name.slice(0, 100)}" is`} no push: nothing is looked at. Let the forge send pushes only.`,
  ...nobody,
});

export const pong = (matched: Matched, hint: Hint, webhook: string): Received => ({
  status: 'pong',
  detail: isAnybody(matched)
    ? `This webhook is heard. A push makes Harbormaster look for ${whom(matched)}.`
    : `This webhook is heard. ${hint.urls.length === 0 ? 'A push makes Harbormaster look for whatever follows its repository.' : nobodyFollows(hint, webhook)}`,
  ...matched,
});

export const unmatched = (hint: Hint, webhook: string): Received => ({
  status: 'unmatched',
  detail: hint.urls.length === 0 ? namesNone(webhook) : nobodyFollows(hint, webhook),
  ...nobody,
});

const nobodyFollows = ({ urls: [url = ''] }: Hint, webhook: string): string =>
  `Nothing on this host follows ${url}. Is an app of it configured here, under this address? Where the address differs, list the apps under webhooks.${webhook}.apps in the configuration.`;

const namesNone = (webhook: string): string =>
  `This names no repository: send {"repository": "URL"}, or list apps under webhooks.${webhook}.apps in the configuration.`;

export const isAnybody = ({ apps, configuration }: Matched): boolean => apps.length > 0 || configuration;

const whom = ({ apps, configuration }: Matched): string =>
  [...apps, ...(configuration ? ['the configuration'] : [])].join(', ');

const proofs = [
  'x-hub-signature-256',
  'x-gitlab-token',
  'x-gitea-signature',
  'x-forgejo-signature',
  'webhook-signature',
];

/** The same for a wrong secret and a name that there is no webhook of, and nothing in it but what the sender knows himself. */
export function unproven({ header }: Delivery): HarborError {
  const borne = proofs.filter((name) => header(name) !== undefined);
  if (borne.length === 0)
    return new HarborError('this message bears no signature', {
      code: 'forbidden',
      hint: 'Set a secret for the webhook at the forge: the one that Harbormaster reads. It takes the signatures of GitHub, GitLab, Gitea, Forgejo and standardwebhooks.com.',
    });
  return new HarborError('this message does not prove that its sender knows the secret of this webhook', {
    code: 'forbidden',
    hint: `It bears ${borne.join(', ')}. Compare the secret at the forge with the one that Harbormaster reads, the end of this address with the names under \`webhooks:\`, and the kind of forge with its \`type:\`. On the host, Harbormaster's own log says which it is.`,
  });
}

export const tooMany = (): HarborError =>
  new HarborError('too many messages', {
    code: 'too-many-requests',
    hint: 'What comes too often is not needed: every app is looked at at its own interval, too.',
  });

export const readingFull = {
  message: 'too many messages are being read',
  hint: 'Wait a little, then send it again.',
};
