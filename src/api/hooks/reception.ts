import { createBuckets } from '../../core/buckets.ts';
import { matches } from '../../core/glob.ts';
import { repositoryKey } from '../../core/repository-key.ts';
import { HarborError } from '../../errors.ts';
import type { App } from '../../model/app.ts';
import type { HookConfig, HostConfig } from '../../model/config.ts';
import type { Trigger } from '../../model/entry.ts';
import type { Clock, Logger } from '../../ports.ts';
import { bytesOf } from '../body.ts';
import * as kinds from './index.ts';
import type { Delivery, Hint } from './kind.ts';
import { createMemory } from './memory.ts';

/** Bytes. A push of thousands of commits may be more: then the interval finds it. */
const mostBytes = 1024 * 1024;
/** Of messages that prove nothing, from one address. */
const wrong = { burst: 20, perSecond: 0.2 };
/** Of those that do, to one webhook. */
const right = { burst: 60, perSecond: 2 };

/** What a forge is told; never more, as people of the forge can read it there. */
export interface Received {
  readonly status: 'accepted' | 'duplicate' | 'ignored' | 'pong';
}

export interface ReceptionOptions {
  readonly config: () => HostConfig;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly logger: Logger;
  /** Looks at these apps now, or again if they are being looked at. */
  readonly look: (trigger: Trigger, apps: readonly string[]) => void;
}

export type Receive = (name: string, request: Request, address: string) => Promise<Received>;

/**
 * Takes what forges tell. It only makes apps looked at that the configuration names, as it names them. Throws `unauthenticated`, `too-many-requests`,
 * `too-large`, and `usage` for a webhook that there is none of.
 */
export function createReception({ config, clock, logger, look }: ReceptionOptions): Receive {
  const failed = createBuckets(wrong);
  const taken = createBuckets(right);
  const memory = createMemory();

  const proven = async (name: string, hook: HookConfig, request: Request, address: string) => {
    if (failed.wait(address, clock.elapsed()) > 0) throw tooMany();
    const kind = Object.values(kinds).find((each) => each.kind === hook.kind);
    const delivery: Delivery = {
      header: (header) => request.headers.get(header) ?? undefined,
      body: await bytesOf(request, mostBytes),
      at: clock.now().getTime(),
    };
    if (kind?.proves(delivery, hook.secret.reveal())) return { kind, delivery };
    failed.take(address, clock.elapsed());
    logger.warn({ webhook: name, address }, 'a message came that does not prove that its sender knows the secret');
    throw unproven();
  };

  return async (name, request, address) => {
    const hook = hookOf(config(), name);
    const { kind, delivery } = await proven(name, hook, request, address);
    const id = kind.idOf(delivery);
    const hint = kind.read(delivery);
    if (hint.event !== 'push') return { status: hint.event === 'ping' ? 'pong' : 'ignored' };
    const keys = kind.keysOf(delivery).flatMap((key) => (key === '' ? [] : `${name} ${key}`));
    if (memory.knows(keys, delivery.at)) return { status: 'duplicate' };
    if (taken.take(name, clock.elapsed()) > 0) throw tooMany();
    memory.keep(keys, delivery.at);
    const apps = concerned(config().apps, hook, hint);
    logger.info({ webhook: name, delivery: id, apps: apps.length }, 'a forge tells of a push');
    if (apps.length > 0)
      look({ kind: 'webhook', actor: { kind: 'webhook', forge: `${kind.kind} (${name})`, delivery: id } }, apps);
    return { status: 'accepted' };
  };
}

function hookOf({ webhooks = {} }: HostConfig, name: string): HookConfig {
  const hook = Object.hasOwn(webhooks, name) ? webhooks[name] : undefined;
  if (hook) return hook;
  throw new HarborError(`there is no webhook ${name}`, { code: 'usage', hint: 'Webhooks stand under `webhooks:` in the configuration.' });
}

/** Those that the configuration names for it; else those whose repository it may have been. Of a hint without an address, all. */
export function concerned(
  apps: readonly Pick<App, 'name' | 'repository'>[],
  hook: Pick<HookConfig, 'apps'>,
  { urls }: Pick<Hint, 'urls'>,
): readonly string[] {
  const keys = urls.map(repositoryKey);
  return apps
    .filter(({ name, repository }) =>
      hook.apps.length > 0
        ? hook.apps.some((pattern) => matches(pattern, name))
        : keys.length === 0 || keys.includes(repositoryKey(repository.url)),
    )
    .map(({ name }) => name);
}

const unproven = (): HarborError =>
  new HarborError('this does not prove that its sender knows the secret', {
    code: 'unauthenticated',
    hint: 'Is the secret of the webhook the same at the forge and in the configuration?',
  });

const tooMany = (): HarborError =>
  new HarborError('too many messages', { code: 'too-many-requests', hint: 'Each app is looked at every interval anyway.' });
