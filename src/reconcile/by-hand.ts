import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/trigger.ts';
import { acceptHistory } from './accept-history.ts';
import { adopt } from './adopt.ts';
import { forget } from './forget.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';
import { lookAt } from './looks.ts';
import { hold, liftForRetry, needsRetry, release } from './notes.ts';
import { assertNamed } from './overrides.ts';
import { recover } from './recover.ts';
import { rollback, wayBack } from './rollback.ts';
import { select, selectOne } from './selection.ts';
import { resume, suspend, whileSuspended } from './suspend.ts';
import { closed } from './windows.ts';

type ByHand = Pick<
  Harbor,
  'rollback' | 'hold' | 'release' | 'acceptHistory' | 'suspend' | 'resume' | 'retry' | 'adopt' | 'forget'
>;

/** What only happens because a person asked for it. */
export const byHand = (house: House): ByHand => ({
  ...noting(house),
  ...suspending(house),
  ...going(house),
  ...owning(house),
});

/** What is only written down. */
function noting(house: House): Pick<ByHand, 'hold' | 'release' | 'acceptHistory'> {
  const { config, context, inTurn } = house;
  const { journal } = context;
  return {
    hold: async (name, reason, trigger) => hold(selectOne(config(), name), reason, trigger, journal),
    release: async (name, reason, trigger) => release(selectOne(config(), name), reason, trigger, journal),
    async acceptHistory(name, reason, trigger) {
      const app = selectOne(config(), name);
      return inTurn(app.project, () => acceptHistory(app, reason, trigger, house));
    },
  };
}

/** Nothing is done, also to what left the configuration and waits to be removed. */
function suspending({ config, context }: House): Pick<ByHand, 'suspend' | 'resume'> {
  const assertKnown = (name: string | undefined): void => {
    if (name === undefined || config().declared.includes(name) || context.journal.of(name) !== undefined) return;
    selectOne(config(), name);
  };
  return {
    async suspend(request, trigger) {
      assertKnown(request.app);
      return suspend(request, trigger, context);
    },
    async resume(app, reason, trigger) {
      assertKnown(app);
      return resume(app, reason, trigger, context);
    },
  };
}

/** An operation that was cut short gets its outcome before anything else is said of its app. */
async function settled(app: string, trigger: Trigger, { context, inTurn }: House): Promise<void> {
  const error = (await inTurn(' recovery', () => recover(trigger, context.journal, context))).get(app);
  if (error) throw error;
}

/** Back, and forward again. */
function going(house: House): Pick<ByHand, 'rollback' | 'retry'> {
  const { config, signal, context, passes, inspections, inTurn } = house;
  const { journal } = context;
  return {
    async rollback(request, trigger, progress) {
      const app = selectOne(config(), request.app);
      const blocked = whileSuspended({ app }, context);
      if (blocked) return blocked;
      const tell = (message: string) => progress(app.name, message);
      // Whoever goes back does not wait for the end of what he goes back from.
      const { release } = wayBack(app, journal.of(app.name), request.to);
      const isLetIn = closed({ app, trigger, acts: ['deploy'], now: context.clock.now() }).length === 0;
      if (isLetIn) context.running.supersede(app.name, release);
      return inTurn(app.project, async () => {
        await settled(app.name, trigger, house);
        const observed = await inspections.settled(app);
        // What was meant when it was said: by now it may run, because somebody else said the same.
        const meant = { ...request, to: release };
        return rollback({ app, observed, trigger, named: true, signal, progress: tell }, meant, context);
      });
    },
    async retry(names, trigger, progress) {
      assertNamed(names, trigger);
      const { apps } = select(config(), names, []);
      const named = names.length > 0;
      const wanted = named ? apps : apps.filter(({ name }) => needsRetry(journal.of(name)));
      const blocked = wanted.flatMap((app) => whileSuspended({ app }, context) ?? []);
      const free = wanted.filter(({ name }) => blocked.every((report) => report.app !== name));
      for (const app of free) await liftForRetry(app, trigger, journal);
      return free.length === 0 ? blocked : [...blocked, ...(await passes.over(free, [], { trigger, progress, named }))];
    },
  };
}

/** Whose containers they are. */
function owning(house: House): Pick<ByHand, 'adopt' | 'forget'> {
  const { config, context, passes, targets, find, removals, inTurn } = house;
  return {
    async adopt(request, trigger, progress) {
      const app = selectOne(config(), request.app);
      const blocked = whileSuspended({ app }, context);
      if (blocked) return blocked;
      const tell = (message: string) => progress(app.name, message);
      await inTurn(app.project, async () => {
        await settled(app.name, trigger, house);
        const look = await lookAt([app], context);
        const target = await find(app, look);
        if (target.kind === 'unknown') throw target.error;
        await adopt({ ...target, app, observed: look.observed, request, trigger, progress: tell }, context);
      });
      const [report] = await passes.over([app], [], { trigger, progress, named: true });
      if (report) return report;
      throw new HarborError(`the pass over ${app.name} told nothing`, { code: 'bug' });
    },
    async forget(name, reason, trigger) {
      const { apps, declared } = config();
      if (!declared.includes(name) && (await removals.among([name])).length === 0) select(config(), [name], []);
      const project = apps.find((app) => app.name === name)?.project ?? context.journal.of(name)?.project ?? name;
      const isDeclared = declared.includes(name);
      const noted = await inTurn(project, async () => {
        await settled(name, trigger, house);
        return forget({ name, project, isDeclared }, reason, trigger, context);
      });
      targets.forget(name);
      return noted;
    },
  };
}
