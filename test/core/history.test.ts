import { expect, test } from 'vitest';
import { emptyHistory, foldHistory, historyOf } from '../../src/core/history.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import { failed, finished, refused, stamped, started } from './entries.ts';

test('an app may be called like a member of every object', () => {
  expect(historyOf(emptyHistory, 'constructor')).toBeUndefined();
  const history = foldHistory(stamped(started({ app: '__proto__' }), started({ app: 'toString' })));
  expect(historyOf(history, '__proto__')?.open?.seq).toBe(1);
  expect(historyOf(history, 'toString')?.open?.seq).toBe(2);
});

test('to try again lifts one quarantine and forgets the corrections, and ends no fight', () => {
  const bad = (release: string, intent: number): EntryBody[] => [
    started({ release }),
    finished({ release, intent, outcome: failed({ code: 'unhealthy' }) }),
  ];
  const about = { app: 'web', release: 'r1' } as const;
  const history = historyOf(
    foldHistory(
      stamped(
        ...bad('r1', 1),
        ...bad('r2', 3),
        started({ purpose: 'heal', fingerprint: 'f' }),
        finished({ purpose: 'heal', intent: 5 }),
        { kind: 'drifted', ...about, state: 'fought', causes: ['web: stopped'], fingerprint: 'f' },
        { kind: 'retried', ...about, trigger: { kind: 'request' } },
      ),
    ),
    'web',
  );
  expect(history).toMatchObject({ quarantined: [{ release: 'r2' }], heals: [], drift: { state: 'fought' } });
});

test('that Git asks for the deployed release again ends trouble, what was cut short, and what was desired instead', () => {
  const outcome = { kind: 'interrupted', step: 'pull' } as const;
  const history = historyOf(
    foldHistory(
      stamped(
        started(),
        finished(),
        refused(failed(), { release: 'r3' }),
        started({ release: 'r2' }),
        finished({ release: 'r2', intent: 4, outcome }),
        { kind: 'recovered', app: 'web', after: 3, of: 'release' },
      ),
    ),
    'web',
  );
  expect(history).toMatchObject({ desired: { release: 'r1' }, trouble: undefined, unfinished: undefined });
});
