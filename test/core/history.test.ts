import { expect, test } from 'vitest';
import { emptyHistory, foldHistory, historyOf } from '../../src/core/history.ts';
import { stamped, started } from './entries.ts';

test('an app may be called like a member of every object', () => {
  expect(historyOf(emptyHistory, 'constructor')).toBeUndefined();
  const history = foldHistory(stamped(started({ app: '__proto__' }), started({ app: 'toString' })));
  expect(historyOf(history, '__proto__')?.open?.seq).toBe(1);
  expect(historyOf(history, 'toString')?.open?.seq).toBe(2);
});
