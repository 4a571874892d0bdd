import { instead } from '../core/instead.ts';
import { asHarborError } from '../errors.ts';
import type { Follower, Repository } from '../model/app.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PassReport } from '../model/report.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Clock, Engine, Meter, Source } from '../ports.ts';
import type { Harbor } from './harbor.ts';

/** A source whose answers are counted. */
export const meteredSource = <Of extends Source>(source: Of, meter: Meter): Of =>
  instead<Source>(source, {
    async look(followers) {
      const answers = await source.look(followers).catch((error: unknown) => {
        for (const { url } of repositoriesOf(followers)) meter.asked(url, 'look', 'failure');
        throw error;
      });
      for (const { id, url } of repositoriesOf(followers)) {
        const own = followers.filter(({ repository }) => repository.id === id);
        meter.asked(url, 'look', own.some(({ name }) => isAnswer(answers.get(name))) ? 'success' : 'failure');
      }
      return answers;
    },
    fetch: (follower, commit) =>
      counted(
        () => source.fetch(follower, commit),
        (result) => meter.asked(follower.repository.url, 'fetch', result),
      ),
  }) as Of;

const repositoriesOf = (followers: readonly Follower[]): readonly Repository[] => [
  ...new Map(followers.map(({ repository }) => [repository.id, repository])).values(),
];

/** Also that it has no such ref is an answer. */
const isAnswer = (found: string | Error | undefined): boolean =>
  typeof found === 'string' || (found !== undefined && asHarborError(found).code === 'ref-missing');

/** An engine of which is known when it answered last. */
export const meteredEngine = <Of extends Engine>(engine: Of, meter: Meter): Of =>
  instead<Engine>(engine, { observe: () => counted(() => engine.observe(), meter.engine) }) as Of;

async function counted<Result>(
  ask: () => Promise<Result>,
  count: (result: 'success' | 'failure') => void,
): Promise<Result> {
  try {
    const answer = await ask();
    count('success');
    return answer;
  } catch (error) {
    count('failure');
    throw error;
  }
}

/** A Harbor whose passes are counted, whoever asked for them. What several apps were asked for together took each of them as long as all. */
export function meteredHarbor(harbor: Harbor, meter: Meter, clock: Pick<Clock, 'elapsed'>): Harbor {
  const timed = (trigger: Trigger) => {
    const begun = clock.elapsed();
    return ({ app, outcome }: PassReport): void =>
      meter.passed(app, { outcome, compared: isCompared(outcome, trigger), took: clock.elapsed() - begun });
  };
  const all = async (trigger: Trigger, ask: () => Promise<readonly PassReport[]>): Promise<readonly PassReport[]> => {
    const note = timed(trigger);
    const reports = await ask();
    reports.forEach(note);
    return reports;
  };
  const one = async (trigger: Trigger, ask: () => Promise<PassReport>): Promise<PassReport> => {
    const note = timed(trigger);
    const report = await ask();
    note(report);
    return report;
  };
  return {
    ...harbor,
    pass(apps, trigger, tell, ended) {
      const note = timed(trigger);
      return harbor.pass(apps, trigger, tell, (report) => {
        note(report);
        ended?.(report);
      });
    },
    apply: (apps, trigger, tell) => all(trigger, () => harbor.apply(apps, trigger, tell)),
    retry: (apps, trigger, tell) => all(trigger, () => harbor.retry(apps, trigger, tell)),
    approveRemoval: (apps, reason, trigger, tell) =>
      all(trigger, () => harbor.approveRemoval(apps, reason, trigger, tell)),
    rollback: (request, trigger, tell) => one(trigger, () => harbor.rollback(request, trigger, tell)),
    approve: (request, trigger, tell) => one(trigger, () => harbor.approve(request, trigger, tell)),
    adopt: (request, trigger, tell) => one(trigger, () => harbor.adopt(request, trigger, tell)),
  };
}

/** After an event only what runs is looked at, and without an answer there is nothing to compare with. */
function isCompared(outcome: Outcome, { kind }: Trigger): boolean {
  if (kind === 'engine-event') return false;
  if (outcome.kind !== 'failed') return true;
  const { code } = outcome;
  return !code.startsWith('source-') && code !== 'ref-missing' && code !== 'engine-unreachable';
}
