import { expect, test } from 'vitest';
import { actorOf, actorText, askedBy, speakerOf } from '../../src/core/actor.ts';
import { isSamePerson } from '../../src/core/approval.ts';
import type { Actor } from '../../src/model/actor.ts';
import type { Trigger } from '../../src/model/trigger.ts';

test.each<[Trigger, Actor]>([
  [{ kind: 'start' }, { kind: 'start' }],
  [{ kind: 'interval' }, { kind: 'schedule' }],
  [{ kind: 'retry' }, { kind: 'schedule' }],
  [{ kind: 'window' }, { kind: 'schedule' }],
  [{ kind: 'file-change' }, { kind: 'file' }],
  [{ kind: 'engine-event' }, { kind: 'engine' }],
  [
    { kind: 'request', by: 'ada' },
    { kind: 'user', name: 'ada' },
  ],
  [{ kind: 'request' }, { kind: 'user', name: 'somebody' }],
  [{ kind: 'webhook' }, { kind: 'webhook', forge: 'unknown', delivery: undefined }],
  [
    { kind: 'request', by: 'ada', actor: { kind: 'user', name: 'ada', uid: 1000 } },
    { kind: 'user', name: 'ada', uid: 1000 },
  ],
])('every trigger tells who or what it was: %j', (trigger, actor) => {
  expect(actorOf(trigger)).toEqual(actor);
});

test('a trigger of a later version is somebody’s', () => {
  expect(actorText(actorOf({ kind: 'constructor' as 'request' }))).toBe('somebody, as claimed');
});

const root = { kind: 'user', name: 'root', uid: 0 } as const;

test.each<[Actor, string, string | undefined]>([
  [{ kind: 'user', name: 'ada', uid: 1000 }, 'ada, uid 1000', 'ada'],
  [{ kind: 'user', name: 'ada' }, 'ada, as claimed', 'ada'],
  [
    { ...root, behind: { name: 'ada', proof: 'login' } },
    'ada (as root), uid 0, by the login that the kernel kept',
    'ada (as root)',
  ],
  [{ ...root, behind: { name: 'ada', proof: 'claim' } }, 'ada (as root), uid 0, as claimed', 'ada (as root)'],
  [{ kind: 'token', name: 'ci' }, 'token ci', 'token ci'],
  [{ kind: 'webhook', forge: 'gitea', delivery: '72d3' }, 'webhook of gitea, delivery 72d3', undefined],
  [{ kind: 'webhook', forge: 'gitea', delivery: undefined }, 'webhook of gitea', undefined],
  [
    { kind: 'webhook', forge: 'gitea', name: 'shop', delivery: '72d3' },
    'webhook shop of gitea, delivery 72d3',
    undefined,
  ],
  [{ kind: 'schedule' }, 'the schedule', undefined],
  [{ kind: 'engine' }, 'an event of the engine', undefined],
  [{ kind: 'file' }, 'a change of the configuration', undefined],
  [{ kind: 'start' }, 'the start of Harbormaster', undefined],
])('%j is told as what it is, and how far that is proven', (actor, text, speaker) => {
  expect(actorText(actor)).toBe(text);
  expect(askedBy(actor)).toEqual({ kind: 'request', by: speaker, actor });
});

test('a person is the same one behind root, and by a token of that name: nobody agrees twice, or to his own commit, by another way', () => {
  const ada = speakerOf({ ...root, behind: { name: 'Ada', proof: 'claim' } }) ?? '';
  expect(isSamePerson(ada, 'ada')).toBe(true);
  expect(isSamePerson(ada, 'ada (sudo)')).toBe(true);
  expect(isSamePerson(ada, speakerOf({ kind: 'token', name: 'ada' }) ?? '')).toBe(true);
});
