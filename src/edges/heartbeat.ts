import { goesOn } from '../core/vitals.ts';
import { asHarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { Clock, Logger } from '../ports.ts';
import { every } from './every.ts';

export interface HeartbeatOptions {
  readonly config: () => Pick<HostConfig, 'heartbeat' | 'apps'>;
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly redact: (text: string) => string;
}

/** A sign of life for a service elsewhere, which raises the alarm when it stops: nothing here could. */
export interface Heartbeat extends AsyncDisposable {
  /** The loop turned. */
  turned(): void;
  /** A pass ended, or Git was looked at while an operation goes on. */
  moved(): void;
  /** Sends one if it is due and passes go on. */
  beat(): Promise<void>;
}

/** Milliseconds. */
const look = 1_000;
const limit = 10_000;

export function startHeartbeat({ config, clock, logger, redact }: HeartbeatOptions): Heartbeat {
  let vitals = { turned: clock.elapsed(), moved: clock.elapsed() };
  let sent = Number.NEGATIVE_INFINITY;
  let isHeard = true;

  const beat = async (): Promise<void> => {
    const { heartbeat, apps } = config();
    const now = clock.elapsed();
    if (heartbeat === undefined || now - sent < heartbeat.interval) return;
    if (
      !goesOn(
        vitals,
        now,
        apps.map(({ interval }) => interval),
      )
    )
      return;
    sent = now;
    const failure = await ping(heartbeat.url.reveal());
    if (failure === undefined && !isHeard) logger.info({}, 'the heartbeat is taken again');
    if (failure !== undefined && isHeard) logger.warn({ failure: redact(failure) }, 'the heartbeat was not taken');
    isHeard = failure === undefined;
  };
  const beating = every(look, beat);

  return {
    turned() {
      vitals = { ...vitals, turned: clock.elapsed() };
    },
    moved() {
      vitals = { ...vitals, moved: clock.elapsed() };
    },
    beat,
    [Symbol.asyncDispose]: () => beating[Symbol.asyncDispose](),
  };
}

/** Why it was not taken; the URL is a secret and not told. */
async function ping(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(limit);
    const { ok, status, body } = await fetch(url, {
      redirect: 'manual',
      signal,
      headers: { 'User-Agent': 'Harbormaster' },
    });
    await body?.cancel();
    return ok ? undefined : `it answered ${status}`;
  } catch (error) {
    const { cause, message } = asHarborError(error);
    return cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : message;
  }
}
