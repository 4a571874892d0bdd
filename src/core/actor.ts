import type { Account, Actor, Behind, UserActor } from '../model/actor.ts';
import type { Trigger } from '../model/trigger.ts';

/** What a pass is made for by itself. */
const own: Readonly<Record<Exclude<Trigger['kind'], 'request' | 'webhook'>, Actor>> = {
  start: { kind: 'start' },
  interval: { kind: 'schedule' },
  retry: { kind: 'schedule' },
  window: { kind: 'schedule' },
  dependency: { kind: 'schedule' },
  'file-change': { kind: 'file' },
  'engine-event': { kind: 'engine' },
};

/** Who or what it was. An entry from before actors were written knows a user by his own account only. */
export function actorOf({ kind, by, actor }: Trigger): Actor {
  if (actor) return actor;
  if (kind === 'webhook') return { kind: 'webhook', forge: 'unknown', delivery: undefined };
  return kind === 'request' || !Object.hasOwn(own, kind) ? { kind: 'user', name: by ?? 'somebody' } : own[kind];
}

/** A trigger for what somebody asks for. */
export const askedBy = (actor: Actor): Trigger => ({ kind: 'request', by: speakerOf(actor), actor });

interface Evidence {
  /** Whose process it is, as the kernel knows it. */
  readonly account: Account;
  /** Who logged in, as the kernel kept it. */
  readonly login: Account | undefined;
  /** Who the client says it is. */
  readonly claim: string | undefined;
}

/**
 * A user of this host. Nobody is believed about who he is, but for root: whoever is root could make us believe anything, so that who stands behind it
 * is worth having, and no proof against him.
 */
export function userOf({ account, login, claim }: Evidence): UserActor {
  const user = { kind: 'user', ...account } as const;
  const behind = account.uid === 0 ? behindRoot(login, claim) : undefined;
  return behind === undefined || behind.name === account.name ? user : { ...user, behind };
}

function behindRoot(login: Account | undefined, claim: string | undefined): Behind | undefined {
  if (login !== undefined && login.uid !== 0) return { name: login.name, proof: 'login' };
  return claim === undefined ? undefined : { name: claim, proof: 'claim' };
}

/** The name that a person's word goes by: approvals are told apart by it. Undefined: it is no person. */
export function speakerOf(actor: Actor): string | undefined {
  if (actor.kind === 'user') return personOf(actor);
  return actor.kind === 'token' ? `token ${actor.name}` : undefined;
}

const personOf = ({ name, behind }: UserActor): string => (behind === undefined ? name : `${behind.name} (as ${name})`);

/** Whose word it is. `(sudo)` is how entries of earlier versions say who stood behind root. */
export const bareName = (speaker: string): string => speaker.replace(/ \((?:sudo|as [^()]*)\)$/, '');

/** `ada (as root), uid 0`; `ada, as claimed`; `webhook shop of github, delivery 72d3162e`. */
export function actorText(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `${personOf(actor)}${proofText(actor)}`;
    case 'token':
      return `token ${actor.name}`;
    case 'webhook':
      return webhookText(actor);
    case 'schedule':
      return 'the schedule';
    case 'engine':
      return 'an event of the engine';
    case 'file':
      return 'a change of the configuration';
    case 'start':
      return 'the start of Harbormaster';
    default:
      return actor satisfies never;
  }
}

function webhookText({ forge, name, delivery }: Extract<Actor, { kind: 'webhook' }>): string {
  const which = name === undefined ? `webhook of ${forge}` : `webhook ${name} of ${forge}`;
  return delivery === undefined ? which : `${which}, delivery ${delivery}`;
}

function proofText({ uid, behind }: UserActor): string {
  if (uid === undefined) return ', as claimed';
  if (behind === undefined) return `, uid ${uid}`;
  return `, uid ${uid}, ${behind.proof === 'login' ? 'by the login that the kernel kept' : 'as claimed'}`;
}
