import { describe, expect, test } from 'vitest';
import { claimNetworks, claimObserved, claimReports, claimsOf } from '../../src/core/claims.ts';
import { emptyHistory, foldHistory } from '../../src/core/history.ts';
import type { EntryBody } from '../../src/model/entry.ts';
import type { Claim } from '../../src/model/service-record.ts';
import { container, instance, network, observed, report } from '../support/builders.ts';
import { stamped } from './entries.ts';

const claim = (id: string, more: Partial<Claim> = {}): Claim => ({ id, name: id, key: 'web', digest: 'd1', ...more });
const trigger = { kind: 'request' } as const;
const adopted = (...containers: readonly Claim[]): EntryBody => ({
  kind: 'adopted',
  app: 'shop',
  project: 'shop',
  trigger,
  reason: undefined,
  containers,
  networks: [claim('front-id', { key: 'front', digest: 'n1' })],
});
const forgotten = (...ids: readonly string[]): EntryBody => ({
  kind: 'forgotten',
  app: 'shop',
  trigger,
  reason: undefined,
  containers: ids.map((id) => claim(id)),
  networks: [claim('front-id')],
});
const claimsAfter = (...bodies: readonly EntryBody[]) => claimsOf(foldHistory(stamped(...bodies)), instance);

const theirs = container('other', { id: 'c1', instance: undefined, app: undefined, digest: undefined });
const ours = container('web', { id: 'c1' });

test('without any claim the labels have the word', () => {
  const seen = observed([theirs, ours]);
  expect(claimObserved(seen, claimsOf(emptyHistory, instance))).toBe(seen);
});

describe('what was adopted', () => {
  const claims = claimsAfter(adopted(claim('c1')));

  test('is ours without a label, and stands for the service and digest that were written down', () => {
    expect(claimObserved(observed([theirs]), claims).containers).toEqual([
      { ...theirs, instance, app: 'shop', service: 'web', digest: 'd1', adopted: true },
    ]);
    const bare = report('other', { id: 'c1', digest: undefined });
    expect(claimReports([bare], claims)).toEqual([{ ...bare, service: 'web', digest: 'd1' }]);
    const front = network('x', { id: 'front-id', instance: undefined, digest: undefined });
    expect(claimNetworks([front], claims)).toEqual([{ ...front, instance, key: 'front', digest: 'n1' }]);
  });

  test('is that very container, and no other of the same name', () => {
    const anew = { ...theirs, id: 'c2' };
    expect(claimObserved(observed([anew]), claims).containers).toEqual([anew]);
    expect(claimReports([report('other')], claims)).toEqual([report('other')]);
    expect(claimNetworks([network('front', { id: 'n2' })], claims)).toEqual([network('front', { id: 'n2' })]);
  });
});

describe('what was forgotten', () => {
  const claims = claimsAfter(forgotten('c1'));

  test('is not ours in spite of its label', () => {
    expect(claimObserved(observed([ours]), claims).containers).toEqual([
      { ...ours, instance: undefined, app: undefined },
    ]);
    const front = network('front');
    expect(claimNetworks([front], claims)).toEqual([{ ...front, instance: undefined }]);
  });

  test('is ours again once it is adopted again, and not once more after that', () => {
    const again = claimsAfter(forgotten('c1'), adopted(claim('c1')));
    expect(claimObserved(observed([ours]), again).containers).toMatchObject([{ app: 'shop', adopted: true }]);
    const gone = claimsAfter(adopted(claim('c1')), forgotten('c1'));
    expect(claimObserved(observed([theirs]), gone).containers).toMatchObject([{ app: undefined, instance: undefined }]);
  });

  test('is remembered over a snapshot, so many of them', () => {
    const state = foldHistory(stamped(forgotten(...Array.from({ length: 1200 }, (_, index) => `c${index}`))));
    expect(state.forgotten).toHaveLength(1000);
    expect(state.forgotten).toContain('c1199');
  });
});

test('an adopted container that is adopted anew stands for the newer digest', () => {
  const claims = claimsAfter(adopted(claim('c1')), adopted(claim('c1', { digest: 'd2' })));
  expect(claimObserved(observed([theirs]), claims).containers).toMatchObject([{ digest: 'd2' }]);
});
