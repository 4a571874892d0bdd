import fc from 'fast-check';
import { advance, emptyHistory, historyOf } from '../../src/core/history.ts';
import type { Entry, EntryBody, EntryOf } from '../../src/model/entry.ts';
import type { AppHistory, HostSnapshot } from '../../src/model/history.ts';
import type { BlockCode, Outcome } from '../../src/model/outcome.ts';
import type { Purpose } from '../../src/model/service-record.ts';
import { hex } from '../support/builders.ts';
import { failed, finished, opened, refused, revision, serviceRecord, started } from './entries.ts';

/** Digests of the releases that a story tells of. */
export const digests = ['a', 'b', 'c', 'd'].map(hex);

/** What the teller chooses; whether it can happen at that point of the story, the story decides. */
interface Choice {
  readonly what:
    | 'deploy'
    | 'heal'
    | 'restore'
    | 'rollback'
    | 'remove'
    | 'refuse'
    | 'drift'
    | 'object'
    | 'stale'
    | 'recover'
    | 'note'
    | 'suspend'
    | 'segment';
  readonly release: string;
  readonly outcome: Outcome;
  readonly acts: readonly EntryOf<'step'>['act'][];
  /** Harbormaster dies before the outcome is written. */
  readonly dies: boolean;
  readonly flag: boolean;
  readonly pick: number;
  readonly seconds: number;
}

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Outcome>({ kind: 'applied' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('unhealthy' as const, 'engine-refused' as const, 'image-unavailable' as const)
      .map((code) => failed({ code, message: `${code} it is`, step: 'wait' })),
  },
  { weight: 1, arbitrary: fc.constant<Outcome>({ kind: 'interrupted', step: 'wait' }) },
  { weight: 1, arbitrary: fc.constant<Outcome>({ kind: 'superseded', step: 'wait', by: 'x' }) },
);

const choices: fc.Arbitrary<Choice> = fc.record({
  what: fc.constantFrom<Choice['what'][]>(
    ...(['deploy', 'deploy', 'deploy', 'heal', 'restore', 'rollback', 'remove', 'refuse', 'drift', 'recover'] as const),
    ...(['note', 'note', 'suspend', 'segment', 'object', 'stale'] as const),
  ),
  release: fc.constantFrom(...digests),
  outcome: outcomes,
  acts: fc.subarray(['pull', 'files', 'replace', 'mend', 'await'] as const),
  dies: fc.boolean(),
  flag: fc.boolean(),
  pick: fc.nat(9),
  seconds: fc.constantFrom(1, 10, 600, 7200),
});

const app = 'shop';
const trigger = { kind: 'interval' } as const;
const blockCodes: readonly BlockCode[] = ['denied', 'manual', 'held', 'quarantined'];

/** Tells a story entry by entry, and knows what the log says at each point. */
class Teller {
  readonly entries: Entry[] = [];
  state: HostSnapshot = emptyHistory;
  #now = Date.UTC(2026, 10, 20, 10);

  get history(): AppHistory | undefined {
    return historyOf(this.state, app);
  }

  write(body: EntryBody): Entry {
    const stamp = { v: 1 as const, host: 'host1', instance: 'us', prev: '0'.repeat(64) };
    const entry: Entry = { ...stamp, seq: this.entries.length + 1, at: new Date(this.#now).toISOString(), ...body };
    this.entries.push(entry);
    this.state = advance(this.state, entry);
    return entry;
  }

  /** An intent, its steps, and its outcome, unless Harbormaster dies. */
  operate(purpose: Purpose, release: string | undefined, { outcome, acts, dies, flag, pick }: Choice): void {
    const about = { app, project: 'shop', release, revision: release === undefined ? undefined : revision(release) };
    const { seq } = this.write(
      started({
        ...about,
        purpose,
        ...(purpose === 'heal' && { fingerprint: `f${pick % 2}` }),
        ...(purpose === 'rollback' && { reason: 'it is slow', hold: flag }),
      }),
    );
    for (const act of acts) this.write({ kind: 'step', app, intent: seq, act, title: act });
    if (dies) return;
    const services = [
      serviceRecord({ digest: { from: undefined, to: `${release}-web` }, configured: { user: 'web' } }),
    ];
    this.write(finished({ ...about, purpose, intent: seq, outcome, services }));
  }

  /** What a crash left open gets its outcome before anything else. */
  recover(): void {
    const open = this.history?.open;
    if (open === undefined) return;
    const { seq, release, purpose, step } = open;
    const outcome = { kind: 'interrupted', step } as const;
    this.write(finished({ app, intent: seq, release, revision: undefined, purpose, outcome, services: [] }));
  }

  tell(choice: Choice): unknown {
    this.#now += choice.seconds * 1000;
    if (choice.what === 'segment')
      return this.write(opened(this.state.apps, this.state.forgotten, this.state.suspension));
    this.recover();
    const { release, outcome, flag, pick } = choice;
    const { deployed, applied, good = [], trouble, drift, objection, stale } = this.history ?? {};
    switch (choice.what) {
      case 'deploy':
        return this.operate('deploy', release, choice);
      case 'heal':
        return deployed && this.operate('heal', deployed.release, choice);
      case 'restore':
        return deployed && deployed.release !== applied ? this.operate('restore', deployed.release, choice) : undefined;
      case 'rollback': {
        const to = good[pick % Math.max(1, good.length)];
        return to && this.operate('rollback', to.release, choice);
      }
      case 'remove':
        return pick === 0 && this.history
          ? this.operate('remove', undefined, { ...choice, acts: ['remove'] })
          : undefined;
      case 'refuse': {
        const code = blockCodes[pick % blockCodes.length] ?? 'denied';
        const reasons = [{ code, reason: `${code} it is`, lift: `harbormaster release ${app}` }];
        const ended: Outcome = outcome.kind === 'failed' ? outcome : { kind: 'blocked', reasons };
        const isKnown = outcome.kind !== 'failed' || flag;
        return this.write(
          refused(ended, {
            app,
            release: isKnown ? release : undefined,
            revision: isKnown ? revision(release) : undefined,
          }),
        );
      }
      case 'drift': {
        const state = (['reported', 'fought', 'failed'] as const)[pick % 3] ?? 'reported';
        const about = { app, release: deployed?.release ?? '', state, causes: ['web: found exited (1)'] };
        return deployed && this.write({ kind: 'drifted', ...about, fingerprint: `f${pick % 2}` });
      }
      case 'stale':
        return stale === undefined && this.write({ kind: 'stale', app, compared: undefined, limit: 1000 });
      case 'object': {
        const verdict = {
          gate: 'ports',
          ruling: 'warn',
          service: 'web',
          reason: 'publishes 80',
          lift: undefined,
        } as const;
        const about = { app, release: deployed?.release ?? '', verdicts: [verdict], fingerprint: `o${pick % 2}` };
        return deployed && this.write({ kind: 'objected', ...about });
      }
      case 'recover':
        if (trouble) this.write({ kind: 'recovered', app, after: trouble.seq, of: 'release' });
        if (stale && pick % 2 === 0) this.write({ kind: 'recovered', app, after: stale.seq, of: 'comparison' });
        if (objection && flag) this.write({ kind: 'recovered', app, after: objection.seq, of: 'policy' });
        return drift && this.write({ kind: 'recovered', app, after: drift.seq, of: 'drift' });
      case 'suspend':
        return this.suspend(choice);
      case 'note':
        return this.note(choice);
    }
  }

  suspend({ pick, flag }: Choice): void {
    const scope = flag ? ({ of: 'host' } as const) : ({ of: 'app', app } as const);
    const until = pick < 3 ? undefined : new Date(this.#now + pick * 600_000).toISOString();
    if (pick < 6) this.write({ kind: 'suspended', ...scope, trigger, reason: 'a look', until });
    else this.write({ kind: 'resumed', ...scope, trigger, reason: undefined });
  }

  note({ pick, flag }: Choice): void {
    const { hold, deployed, desired } = this.history ?? {};
    const claims = { containers: [{ id: `c${pick}`, name: 'web', key: 'web', digest: 'd' }], networks: [] };
    const decided = { app, plan: `p${pick}`, release: desired?.release ?? 'r', reason: undefined };
    if (pick === 3 || pick === 6) {
      const by = { ...trigger, by: 'bob' };
      this.write({ kind: flag ? 'approved' : 'rejected', trigger: by, ...decided });
    } else if (pick < 4 && hold) this.write({ kind: 'released', app, trigger, reason: undefined });
    else if (pick < 4) this.write({ kind: 'held', app, release: deployed?.release, trigger, reason: 'a freeze' });
    else if (pick < 7) this.write({ kind: 'retried', app, release: desired?.release, trigger });
    else if (pick < 9) this.write({ kind: 'adopted', app, project: 'shop', trigger, reason: undefined, ...claims });
    else if (flag) this.write({ kind: 'forgotten', app, trigger, reason: undefined, ...claims });
  }
}

/** The log of any life that an app can have; the last operation may be open. */
export const stories: fc.Arbitrary<readonly Entry[]> = fc.array(choices, { maxLength: 25 }).map((told) => {
  const teller = new Teller();
  for (const choice of told) teller.tell({ ...choice, dies: choice.dies && choice.pick % 3 === 0 });
  return teller.entries;
});
