import { HarborError } from '../../src/errors.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { testHarbor } from './test-harbor.ts';

type TestHarbor = Pick<Awaited<ReturnType<typeof testHarbor>>, 'engine' | 'log' | 'restart'>;

/** `crash`: before the given act or append from now on Harbormaster dies. The others: that one fails. */
export interface Misfortune {
  readonly kind: 'crash' | 'log-fails' | 'act-fails';
  readonly at: number;
}

interface Watching {
  /** Sees each entry before it is written. */
  readonly entry?: (body: EntryBody) => void;
  /** Sees each act before it is done. */
  readonly act?: (act: string) => void;
  /** Codes of errors that a story may meet besides those that misfortunes cause. */
  readonly expected?: readonly string[];
}

/** A Harbor to which misfortunes happen, as stories order them. What a dead process would have done is not done. */
export function misfortunes({ engine, log, restart }: TestHarbor, { entry, act, expected = [] }: Watching = {}) {
  const until = new Map<Misfortune['kind'], number>();
  let isDead = false;
  const strikes = (kind: Misfortune['kind']): boolean => {
    const left = (until.get(kind) ?? 0) - 1;
    until.set(kind, left);
    return left === 0;
  };
  const die = (): never => {
    isDead = true;
    throw new HarborError('killed', { code: 'log-unwritable' });
  };
  const append = log.append.bind(log);
  log.append = async (body) => {
    if (isDead || strikes('crash')) return die();
    if (strikes('log-fails')) throw new HarborError('no space', { code: 'log-unwritable' });
    entry?.(body);
    return append(body);
  };
  engine.beforeAct = (name) => {
    if (isDead || strikes('crash')) die();
    act?.(name);
    if (engine.down) throw new HarborError('gone', { code: 'engine-unreachable' });
    if (strikes('act-fails')) throw new HarborError('not now', { code: 'engine-refused' });
  };
  const codes = ['log-unwritable', 'engine-unreachable', 'engine-refused', 'usage', ...expected];
  return {
    happen: ({ kind, at }: Misfortune): void => void until.set(kind, at),
    /** None that is still to come comes. */
    end: (): void => until.clear(),
    /** Errors are the world's or a person's; who died is started again. */
    async attempt(work: () => Promise<unknown>): Promise<void> {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof HarborError && codes.includes(error.code))) throw error;
      }
      if (!isDead) return;
      isDead = false;
      await restart();
    },
  };
}
