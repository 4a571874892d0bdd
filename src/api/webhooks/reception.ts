import { randomBytes } from 'node:crypto';
import { createBuckets } from '../../core/buckets.ts';
import { type Concerned, concerned } from '../../core/concerned.ts';
import { sha256 } from '../../core/digest.ts';
import { visible } from '../../core/visible.ts';
import type { HostConfig, WebhookConfig } from '../../model/config.ts';
import { Secret } from '../../model/secret.ts';
import type { Trigger } from '../../model/trigger.ts';
import type { Clock, Logger } from '../../ports.ts';
import { bytesOf } from '../body.ts';
import { createSeats } from '../seats.ts';
import * as kinds from './index.ts';
import type { Delivery, Hint, WebhookKind } from './kind.ts';
import { createMemory } from './memory.ts';
import * as words from './words.ts';

/** Bytes. A push of very many commits may be more: then the interval finds it. */
const mostBytes = 1024 * 1024;
/** Bodies that are read at once: from one address, and of all. */
const reading = { together: 32, each: 8 };
/** Messages that prove nothing, of which the log tells. */
const told = { burst: 20, perSecond: 0.2 };
/** Of pushes to one webhook about one repository: a forge that tells of many at once is heard about each. */
const right = { burst: 60, perSecond: 2 };

export interface ReceptionOptions {
  readonly config: () => HostConfig;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly logger: Logger;
  /** Looks at Git for these now, and once more for what is being looked at. */
  readonly hint: (trigger: Trigger, concerned: Concerned) => void;
}

/** `name`: of the webhook; `address`: who asks. */
export type Receive = (name: string, request: Request, address: string) => Promise<words.Received>;

/** Nobody knows it: whoever asks for a webhook that there is none of is answered as one with the wrong secret is. */
const decoy: WebhookConfig = { type: 'github', secret: new Secret(randomBytes(32).toString('hex')), apps: [] };

/**
 * Takes what forges tell. It only makes looked at what the configuration names, as it names it. Throws `forbidden` for what does not prove that its sender knows
 * the secret, `too-many-requests` and `too-large`.
 */
export function createReception({ config, clock, logger, hint: pass }: ReceptionOptions): Receive {
  const seats = createSeats({ most: reading, full: words.readingFull });
  const unproven = createBuckets(told);
  const taken = createBuckets(right);
  const memory = createMemory();

  const arrived = async (request: Request, address: string): Promise<Delivery> => {
    using _ = seats.enter(address);
    const body = await bytesOf(request, mostBytes);
    return { header: (name) => request.headers.get(name) ?? undefined, body, at: clock.now().getTime() };
  };

  const assertProven = (delivery: Delivery, { webhook, kind, name, address }: Called): void => {
    const doubt = kind.doubt(delivery, (webhook ?? decoy).secret.reveal());
    if (webhook !== undefined && doubt === undefined) return;
    const why = webhook === undefined ? 'there is no webhook of this name' : doubt;
    if (unproven.take(address, clock.elapsed()) === 0)
      logger.warn(
        { webhook: visible(name).slice(0, 100), address, why },
        'a message was refused that claims to come from a forge',
      );
    throw words.unproven(delivery);
  };

  const push = (delivery: Delivery, hint: Hint, { webhook = decoy, kind, name }: Called): words.Received => {
    const found = concerned(config(), webhook, hint.urls);
    if (!words.isAnybody(matchedOf(found))) return words.unmatched(hint, name);
    const id = kind.idOf(delivery);
    const key = sha256(`${name} ${id} ${sha256(delivery.body)}`);
    if (id !== undefined && memory.knows(key, delivery.at)) return words.duplicate();
    if (taken.take(`${name} ${hint.urls[0]}`, clock.elapsed()) > 0) throw words.tooMany();
    if (id !== undefined) memory.keep(key, delivery.at);
    const actor = { kind: 'webhook', forge: kind.type, name, delivery: shown(id) } as const;
    logger.info({ webhook: name, delivery: actor.delivery, apps: found.apps }, 'a forge tells of a push');
    pass({ kind: 'webhook', actor }, found);
    return words.accepted(matchedOf(found));
  };

  return async (name, request, address) => {
    const webhook = named(config(), name);
    const called = { webhook, kind: kindOf(webhook ?? decoy), name, address };
    const delivery = await arrived(request, address);
    assertProven(delivery, called);
    const hint = called.kind.read(delivery);
    if (hint.event === 'push') return push(delivery, hint, called);
    if (hint.event === 'other') return words.ignored(hint);
    return words.pong(matchedOf(concerned(config(), webhook ?? decoy, hint.urls)), hint, name);
  };
}

interface Called {
  /** Undefined: there is none of this name. */
  readonly webhook: WebhookConfig | undefined;
  readonly kind: WebhookKind;
  readonly name: string;
  readonly address: string;
}

const named = ({ webhooks = {} }: HostConfig, name: string): WebhookConfig | undefined =>
  Object.hasOwn(webhooks, name) ? webhooks[name] : undefined;

const kindOf = ({ type }: WebhookConfig): WebhookKind =>
  Object.values(kinds).find((kind) => kind.type === type) ?? kinds.github;

const matchedOf = ({ apps, followings }: Concerned) => ({ apps, configuration: followings.length > 0 });

/** Ids are headers, which no signature covers. */
const shown = (id: string | undefined): string | undefined =>
  id === undefined || id === '' ? undefined : visible(id).slice(0, 100);
