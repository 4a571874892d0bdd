import type { IncomingMessage } from 'node:http';
import { createBuckets } from '../../core/buckets.ts';
import { HarborError } from '../../errors.ts';
import type { Caller } from '../../model/access.ts';
import type { ApiConfig } from '../../model/config.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { Harbor } from '../../reconcile/harbor.ts';
import type { Visit } from '../visit.ts';
import { peerOf } from './peer.ts';

/** Of one token, or of one address without one. */
const usual = { burst: 100, perSecond: 20 };
/** Of wrong tokens from one address. */
const wrong = { burst: 10, perSecond: 0.2 };
/** Milliseconds within which a question is answered. */
const answerLimit = 60_000;

interface GuardOptions {
  readonly recognise: Harbor['recognise'];
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly logger: Logger;
  readonly api: () => ApiConfig | undefined;
}

/** Stands at the door to the network: knows tokens, counts, and lets in. */
export function createGuard({ recognise, clock, logger, api }: GuardOptions): (request: IncomingMessage) => Visit {
  const asked = createBuckets(usual);
  const failed = createBuckets(wrong);

  const counted = (key: string): void => {
    if (asked.take(key, clock.elapsed()) > 0) throw tooMany('requests');
  };

  const bearer = async (authorization: string, address: string): Promise<Caller> => {
    if (failed.wait(address, clock.elapsed()) > 0) throw tooMany('wrong tokens');
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    const caller = token === undefined ? undefined : await recognise(token);
    if (caller) return caller;
    failed.take(address, clock.elapsed());
    logger.warn({ address }, 'somebody sent a token that is none, or no longer one');
    throw unknownToken();
  };

  return ({ headers, socket }) => {
    const { trustedProxies = [] } = api() ?? {};
    const { address, isHere } = peerOf({ remote: socket.remoteAddress, headers }, trustedProxies);
    const count = (): void => counted(`address ${address}`);
    return {
      limit: answerLimit,
      address,
      count,
      async admit() {
        const { authorization } = headers;
        if (authorization !== undefined) {
          const caller = await bearer(authorization, address);
          counted(`token ${caller.name}`);
          return caller;
        }
        count();
        const anonymous = api()?.anonymous;
        if (anonymous === undefined || !isHere) return undefined;
        return { kind: 'anonymous', name: undefined, role: anonymous, apps: [] };
      },
    };
  };
}

const tooMany = (what: string): HarborError =>
  new HarborError(`too many ${what}`, { code: 'too-many-requests', hint: 'Wait a little, then ask again.' });

const unknownToken = (): HarborError =>
  new HarborError('this token is none, has been revoked, or is over', {
    code: 'unauthenticated',
    hint: 'On the host, harbormaster token list names those that count, and harbormaster token create makes one.',
  });
