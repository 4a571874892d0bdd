import { describe, expect, test } from 'vitest';
import { type Journal, openJournal } from '../../src/reconcile/journal.ts';
import { untouched } from '../../src/reconcile/pass.ts';
import { recover } from '../../src/reconcile/recover.ts';
import { finished, started } from '../core/entries.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { ManualClock, MemoryLog, MemoryReleases, RecordingOutbox, silentLogger } from '../support/fakes.ts';

const trigger = { kind: 'interval' } as const;
const ada = { kind: 'request', by: 'ada' } as const;
const nothing = () => undefined;
const held = { kind: 'held', app: 'web', release: undefined, trigger: ada, reason: 'a freeze' } as const;
const suspended = { kind: 'suspended', of: 'host', trigger: ada, reason: 'a look', until: undefined } as const;

const report = untouched({ name: 'web' });
const seqOf = (begun: Awaited<ReturnType<Journal['begin']>>) => (begun.kind === 'begun' ? begun.intent.seq : 0);

const clock = new ManualClock();
const book = { harbormaster: { version: '1', commit: 'abc' }, engine: undefined, compose: undefined } as never;
const open = (log: MemoryLog) =>
  openJournal({
    log,
    outbox: new RecordingOutbox(),
    redact: (text) => text,
    means: { now: async () => book, lately: async () => book },
  });

describe('an intent', () => {
  test('is never open with nobody at work on it while its outcome is written: another pass would take it for one that a crash cut short', async () => {
    const log = new MemoryLog(clock);
    const journal = await open(log);
    const intent = await journal.begin(started(), nothing);
    let isWritten = false;
    const writing = journal.record(finished({ intent: seqOf(intent) })).then(() => {
      isWritten = true;
    });
    while (!isWritten) {
      const seq = journal.of('web')?.open?.seq;
      expect(seq === undefined || journal.atWork.has(seq)).toBe(true);
      await Promise.resolve();
    }
    await writing;
    expect(journal.of('web')?.open).toBeUndefined();
    expect([...journal.atWork]).toEqual([]);
  });

  test.each([held, suspended])(
    'waits for a word that is being written, and is not written after it: $kind',
    async (word) => {
      const log = new MemoryLog(clock);
      const journal = await open(log);
      const barred = () => (journal.of('web')?.hold ?? journal.all().suspension) && report;
      const [, begun] = await Promise.all([journal.record(word), journal.begin(started(), barred)]);
      expect(begun).toEqual({ kind: 'barred', report });
      expect(log.written.map(({ kind }) => kind)).toEqual([word.kind]);
    },
  );

  test('is written before a word that is said after it', async () => {
    const log = new MemoryLog(clock);
    const journal = await open(log);
    const beginning = journal.begin(started(), () => journal.of('web')?.hold && report);
    await expect.poll(() => log.written.length).toBe(1);
    await Promise.all([beginning, journal.record(held)]);
    expect(log.written.map(({ kind }) => kind)).toEqual(['started', 'held']);
  });

  test('is refused while the outcome of the one before could not be written', async () => {
    const log = new MemoryLog(clock);
    const journal = await open(log);
    const intent = await journal.begin(started(), nothing);
    const append = log.append.bind(log);
    log.append = async () => {
      throw new Error('no space');
    };
    await expect(journal.record(finished({ intent: seqOf(intent) }))).rejects.toThrow('no space');
    log.append = append;
    expect([...journal.atWork]).toEqual([]);
    await expect(journal.begin(started(), nothing)).rejects.toMatchObject({ code: 'log-unwritable' });
  });
});

test('while the outcome of one app is found out, the work on another may end: it has that one outcome', async () => {
  const log = new MemoryLog(clock);
  await (await open(log)).begin(started({ app: 'mail', project: 'mail' }), nothing);
  const journal = await open(log);
  const intent = await journal.begin(started({ app: 'web' }), nothing);
  const engine = new FakeEngine();
  engine.sweep = async () => {
    await journal.record(finished({ app: 'web', intent: seqOf(intent) }));
  };
  const releases = new MemoryReleases();
  const parts = {
    engine,
    releases,
    instance: 'us',
    logger: silentLogger,
    live: { tidy: async () => undefined },
  } as never;
  expect([...(await recover(trigger, journal, parts))]).toEqual([]);
  const outcomes = log.written.flatMap((entry) => (entry.kind === 'finished' ? [[entry.app, entry.outcome.kind]] : []));
  expect(outcomes).toEqual([
    ['web', 'applied'],
    ['mail', 'interrupted'],
  ]);
});
