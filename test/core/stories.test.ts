import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, emptyHistory, foldHistory, historyOf } from '../../src/core/history.ts';
import { eventOf } from '../../src/core/notable.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { AppHistory, HostSnapshot } from '../../src/model/history.ts';
import { tries } from '../support/tries.ts';
import { opened, stamped } from './entries.ts';
import { stories } from './stories.ts';

type Look = (entry: Entry, after: AppHistory | undefined, before: AppHistory | undefined) => void;

/** Looks at the app after each entry of any story. */
const always = (look: Look) =>
  fc.assert(
    fc.property(stories, (entries) => {
      entries.reduce((before, entry) => {
        const after = advance(before, entry);
        look(entry, historyOf(after, 'shop'), historyOf(before, 'shop'));
        return after;
      }, emptyHistory);
    }),
    { numRuns: tries(500) },
  );

const parsed = (state: HostSnapshot): HostSnapshot => JSON.parse(JSON.stringify(state)) as HostSnapshot;

describe('a history', () => {
  test('is the same whether it is folded at once, entry by entry, or from a snapshot in the middle', () => {
    fc.assert(
      fc.property(stories, fc.nat(80), (entries, cut) => {
        const whole = foldHistory(entries);
        const before = entries.slice(0, cut);
        const after = entries.slice(cut);
        expect(entries.reduce(advance, emptyHistory)).toEqual(whole);
        expect(foldHistory(after, foldHistory(before))).toEqual(whole);
        const snapshot = parsed(foldHistory(before));
        expect(parsed(foldHistory([...stamped({ ...opened(), snapshot }), ...after]))).toEqual(parsed(whole));
      }),
      { numRuns: tries(500) },
    );
  });

  test('calls a release deployed only after it came to a good end', () => {
    always((entry, after, before) => {
      const now = after?.deployed?.release;
      if (now === before?.deployed?.release || now === undefined || entry.kind === 'opened') return;
      expect(entry).toMatchObject({ kind: 'finished', release: now, outcome: { kind: 'applied' } });
    });
  });

  test('has the deployed release among the good ones, and never in quarantine', () => {
    always((_, after) => {
      if (after?.deployed === undefined) return;
      const { release } = after.deployed;
      expect(after.good.map((good) => good.release)).toContain(release);
      expect(after.quarantined.map((bad) => bad.release)).not.toContain(release);
    });
  });

  test('names a good release once', () => {
    always((_, after) => {
      const good = after?.good.map(({ release }) => release) ?? [];
      expect(new Set(good).size).toBe(good.length);
    });
  });

  test('has an intent open from its beginning to its outcome, and no other', () => {
    let expected: number | undefined;
    always((entry, after) => {
      if (entry.seq === 1) expected = undefined;
      if (entry.kind === 'started') expected = entry.seq;
      if (entry.kind === 'finished' || entry.kind === 'forgotten') expected = undefined;
      expect(after?.open?.seq).toBe(expected);
    });
  });

  test('remembers what people said of a plan until something else is deployed or the release is found bad', () => {
    always((entry, after, before) => {
      if (entry.kind === 'opened' || entry.kind === 'forgotten' || after === undefined) return;
      const gone = (before?.decisions ?? []).filter(({ seq }) => !after.decisions?.some((one) => one.seq === seq));
      if (gone.length === 0) return;
      const [{ release } = { release: '' }] = gone;
      const isDeployed = entry.kind === 'finished' && entry.outcome.kind === 'applied';
      expect(isDeployed || after.quarantined.some((bad) => bad.release === release)).toBe(true);
      if (isDeployed) expect(['deploy', 'adopt', 'rollback']).toContain(entry.purpose);
    });
  });

  test('has what runs and what is deployed the same after each good end', () => {
    always((entry, after) => {
      if (entry.kind !== 'finished' || entry.outcome.kind !== 'applied' || after === undefined) return;
      expect(after.applied).toBe(after.deployed?.release);
    });
  });

  test('has the policy object to what is deployed, and to nothing else', () => {
    always((entry, after) => {
      if (after?.objection === undefined || entry.kind === 'opened') return;
      expect(after.objection.release).toBe(after.deployed?.release);
    });
  });

  test('has no release in trouble for what happened to an older one', () => {
    always((entry, after, before) => {
      if (entry.kind !== 'finished' || (entry.purpose !== 'heal' && entry.purpose !== 'restore')) return;
      expect(after?.trouble).toEqual(before?.trouble);
      expect(after?.desired).toEqual(before?.desired);
      expect(after?.attempted).toEqual(before?.attempted);
    });
  });
});

describe('what people are told', () => {
  const told = (
    look: (
      event: string | undefined,
      entry: Entry,
      before: AppHistory | undefined,
      after: AppHistory | undefined,
    ) => void,
  ) =>
    fc.assert(
      fc.property(stories, (entries) => {
        entries.reduce((before, entry) => {
          const after = advance(before, entry);
          look(eventOf(before, after, entry), entry, historyOf(before, 'shop'), historyOf(after, 'shop'));
          return after;
        }, emptyHistory);
      }),
      { numRuns: tries(500) },
    );

  test('of a recovery follows a trouble or a drift, of which nothing is left; or the time of a suspension is over', () => {
    told((event, entry, before, after) => {
      if (entry.kind === 'resumed') expect(event).toBe('recovered');
      if (event !== 'recovered' || entry.kind === 'resumed') return;
      expect(before?.trouble ?? before?.drift ?? before?.objection ?? before?.stale).toBeDefined();
      expect(after?.trouble ?? after?.drift ?? after?.stale).toBeUndefined();
    });
  });

  test('of a trouble is its beginning', () => {
    told((event, entry, before, after) => {
      if (event === 'blocked' && entry.kind !== 'objected') expect(after?.trouble?.kind).toBe('blocked');
      if (event === 'drifted') expect(after?.drift?.state).not.toBe('failed');
      if (event === 'failed' || event === 'blocked' || event === 'drifted')
        expect([after?.trouble, after?.drift, after?.objection]).not.toEqual([
          before?.trouble,
          before?.drift,
          before?.objection,
        ]);
      if (entry.kind === 'step' || entry.kind === 'started' || entry.kind === 'opened') expect(event).toBeUndefined();
    });
  });

  test('is nothing where a person only says what should be tried or kept', () => {
    told((event, { kind }) => {
      if (
        kind === 'retried' ||
        kind === 'held' ||
        kind === 'released' ||
        kind === 'adopted' ||
        kind === 'approved' ||
        kind === 'rejected'
      )
        expect(event).toBeUndefined();
    });
  });
});
