import type { Entry } from '../../src/model/entry.ts';
import { outcomesBroken, touchedForeign, unexplained } from '../soak/invariants.ts';
import { type Random, seeded } from '../soak/random.ts';
import { eventually } from '../support/world.ts';
import type { Kill, LogOrder } from './inside/orders.ts';
import { type Operation, type OperationName, operations } from './operations.ts';
import { entriesOf, recordViolations } from './rest.ts';
import { type Death, type Point, pointsOf, type Recovery, type Rehearsed, schedule } from './schedule.ts';
import { answering, type Stage, stage } from './stage.ts';
import { upkeepViolations } from './upkeep.ts';

export interface TortureOptions {
  readonly seed: number;
  readonly kills: number;
  readonly operations: readonly OperationName[];
  readonly say: (line: string) => void;
}

export interface TortureReport {
  readonly violations: readonly string[];
  /** Processes that were killed. */
  readonly kills: number;
  /** Names of the points at which something died. */
  readonly points: ReadonlySet<string>;
  /** Deaths that did not come, because the operation did not pass there this time. */
  readonly missed: number;
  /** Milliseconds from each death until all was as it must be, in order of length. */
  readonly convergences: readonly number[];
}

/** Seconds until everything is as it must be again. */
const patience = 120;

/** Kills Harbormaster at the points of its operations, and looks each time what the next process makes of it. */
export async function torture({ seed, kills, say, operations: names }: TortureOptions): Promise<TortureReport> {
  const random = seeded(seed);
  await using host = await stage();
  await host.start();
  await answering(host);
  for (const name of ['deploy', 'deploy with hooks'] as const) await eventually(() => operations[name].ended(host), 60);
  const run = new Run(host, say);
  const deaths = await run.rehearse(names, kills, random).catch((error: unknown) => {
    throw new Error(`the rehearsal failed: ${host.daemon().output().slice(-6000)}`, { cause: error });
  });
  say(`${deaths.length} deaths are scheduled`);
  for (const [at, death] of deaths.entries()) {
    if (run.killed >= kills || !(await run.die(death, deaths[at + 1]))) break;
  }
  // Before the host goes.
  return await run.report();
}

class Run {
  readonly #stage: Stage;
  readonly #say: (line: string) => void;
  readonly #begun = performance.now();
  readonly #violations: string[] = [];
  readonly #points = new Set<string>();
  readonly #convergences: number[] = [];
  killed = 0;
  #missed = 0;
  #orders = 0;

  constructor(host: Stage, say: (line: string) => void) {
    this.#stage = host;
    this.#say = (line) => say(`${((performance.now() - this.#begun) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  }

  /** Does each operation once without harm, and finds out what there is to be killed at. */
  async rehearse(names: readonly OperationName[], kills: number, random: Random): Promise<readonly Death[]> {
    const rehearsed = new Map<OperationName, Rehearsed>();
    for (const name of names) {
      await operations[name].prepare?.(this.#stage);
      await this.#order(undefined, operations[name].log);
      await this.#stage.trace();
      await operations[name].begin(this.#stage);
      await eventually(() => operations[name].ended(this.#stage), patience);
      const all = pointsOf(await this.#stage.trace());
      const points = ownPoints(all, operations[name]);
      this.#say(`${name}: ${points.map(({ point, nth }) => (nth > 1 ? `${point} ${nth}` : point)).join(', ')}`);
      rehearsed.set(name, { points, recovery: (operations[name].recovery ?? taking).points });
      await operations[name].after?.(this.#stage);
    }
    return schedule(rehearsed, kills * 2, random);
  }

  /** One death, or two; the process that lives on is there for the next one. False: nothing can be said of what would come after it. */
  async die(death: Death, next: Death | undefined): Promise<boolean> {
    const { operation, kill } = death;
    const stage = this.#stage;
    const what = `${operation}: ${kill ? told(kill) : `after ${death.after} ms`}`;
    const strangers = await stage.strangers.look();
    try {
      await this.#dieOnce(death, next, what);
      for (const line of await recordViolations(stage, await stage.trace())) this.#violated(what, line);
      if (operations[operation].recovery !== undefined)
        for (const line of await upkeepViolations(stage)) this.#violated(what, line);
      if ((await stage.strangers.look()) !== strangers) this.#violated(what, 'what is not ours was touched');
      await operations[operation].after?.(stage);
      return true;
    } catch (error) {
      this.#violated(what, `it does not converge: ${error instanceof Error ? error.message : error}`);
      const status = await stage.harbor().status([]).catch(String);
      this.#say(`${JSON.stringify(status)}\n${stage.daemon().output().slice(-6000)}`);
      return false;
    }
  }

  async #dieOnce({ operation, kill, after, again }: Death, next: Death | undefined, what: string): Promise<void> {
    const stage = this.#stage;
    await operations[operation].prepare?.(stage);
    await stage.trace();
    await this.#order(kill, operations[operation].log);
    await operations[operation].begin(stage);
    const timer = kill ? undefined : setTimeout(() => stage.daemon().signal('SIGKILL'), after);
    const isDead = await this.#isDead(operation);
    clearTimeout(timer);
    const at = performance.now();
    const { isDue } = operations[operation].recovery ?? taking;
    const second = isDead && again && (await isDue(stage)) ? again : undefined;
    if (isDead) {
      this.#died(kill);
      await this.#takenUp(second, next);
    } else this.#missed += 1;
    await eventually(() => operations[operation].ended(stage), patience);
    const took = Math.round(performance.now() - at);
    if (isDead) this.#convergences.push(took);
    this.#say(
      `${this.killed} ${what}${second ? `, and again ${told(second)}` : ''}: ${isDead ? `${took} ms` : 'not reached'}`,
    );
  }

  async #takenUp(again: Kill | undefined, next: Death | undefined): Promise<void> {
    const isPlain = next?.kill === undefined && !(next && operations[next.operation].takesOrders);
    if (again) {
      await this.#order(again);
      await this.#stage.start();
      await within(this.#stage.daemon().ended, `${told(again)} of what takes it up was not reached`);
      this.#died(again);
      await this.#order(undefined);
    }
    await this.#stage.start(isPlain);
    await answering(this.#stage);
  }

  #died(kill: Kill | undefined): void {
    this.killed += 1;
    if (kill) this.#points.add(kill.point);
  }

  /** Or the operation has come to its end without. */
  async #isDead(operation: OperationName): Promise<boolean> {
    const { ended } = this.#stage.daemon();
    const whole = eventually(async () => {
      if (!(await isEnded(ended))) await operations[operation].ended(this.#stage);
    }, patience).catch(() => undefined);
    await Promise.race([ended, whole]);
    // It may be passing there at this very moment.
    await this.#order(undefined);
    await delay(50);
    return isEnded(ended);
  }

  async #order(kill: Kill | undefined, log?: LogOrder): Promise<void> {
    this.#orders += 1;
    await this.#stage.order({ id: String(this.#orders), ...(kill && { kill }), ...(log && { log }) });
  }

  #violated(what: string, line: string): void {
    this.#say(`VIOLATION ${what}: ${line}`);
    this.#violations.push(`${what}: ${line}`);
  }

  async report(): Promise<TortureReport> {
    const { host, witness, strangers, branches } = this.#stage;
    const { happenings } = witness;
    const apps = Object.keys(branches).map(host.named);
    const entries = await entriesOf(this.#stage);
    const record = {
      entries,
      happenings,
      own: witness.own,
      apps,
      foreign: new Set([strangers.container]),
    };
    const deaf = witness.deaf();
    return {
      violations: [
        ...this.#violations,
        ...(deaf === undefined ? [] : [`the witness did not hear everything: ${deaf}`]),
        ...outcomesBroken(record),
        ...touchedForeign(record),
        ...unexplained({ ...record, happenings: happenings.filter(({ id }) => !hooksOf(entries).has(id)) }),
      ],
      kills: this.killed,
      points: this.#points,
      missed: this.#missed,
      convergences: this.#convergences.toSorted((left, right) => left - right),
    };
  }
}

/** A hook's container that never ran goes when its end is written down, which is before the next intent. */
const hooksOf = (entries: readonly Entry[]): ReadonlySet<string> =>
  new Set(entries.flatMap((entry) => (entry.kind === 'hook-begun' ? [entry.container.id] : [])));

/** What a process does first that finds an operation cut short. */
const taking: Recovery = {
  points: [
    { point: 'engine sweep', nth: 1, took: 600 },
    { point: 'log finished', nth: 1, took: 0 },
    { point: 'line', nth: 1, took: 0 },
  ],
  /** Only an operation that was begun is taken up. */
  async isDue(host) {
    const entries = await entriesOf(host);
    const finished = new Set(entries.flatMap((entry) => (entry.kind === 'finished' ? [entry.intent] : [])));
    return entries.some((entry) => entry.kind === 'started' && !finished.has(entry.seq));
  },
};

async function within(ended: Promise<unknown>, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, patience * 1000, new Error(otherwise));
  });
  await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/** Without those that other operations have, too. */
function ownPoints(points: readonly Point[], { from, only = /./ }: Operation): readonly Point[] {
  const first = points.findIndex(({ point, nth }) => from === undefined || `${point} ${nth}` === from);
  return points.slice(first).filter(({ point }) => only.test(point));
}

const told = ({ point, nth, when, delay: ms }: Kill): string =>
  `${when} ${point}${nth > 1 ? ` ${nth}` : ''}${when === 'during' ? ` (${ms} ms)` : ''}`;

const delay = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const isEnded = (ended: Promise<unknown>): Promise<boolean> =>
  Promise.race([ended.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
