import { approvingRemovals } from './approve-removal.ts';
import { byHand } from './by-hand.ts';
import { deciding } from './decide.ts';
import { glance } from './glance.ts';
import type { Harbor } from './harbor.ts';
import { furnish, type HostOptions } from './house.ts';
import { lookingForOrphans } from './orphans.ts';
import { assertNamed } from './overrides.ts';
import { previewing } from './preview.ts';
import { reading } from './reading.ts';
import { records } from './records.ts';
import { select } from './selection.ts';
import { tokens } from './tokens.ts';

/** Everything that one host's Harbormaster does, over a configuration that may change while it runs. */
export function createHost(options: HostOptions): Harbor {
  const house = furnish(options);
  const { config, passes, removals, context } = house;
  const named = (names: readonly string[]) => config().apps.filter(({ name }) => names.includes(name));
  return {
    ...reading(house),
    ...lookingForOrphans(house),
    ...previewing(house),
    ...byHand(house),
    ...deciding(house),
    ...approvingRemovals(house),
    ...records(house),
    ...tokens(house),

    async apply(names, trigger, progress) {
      assertNamed(names, trigger);
      const { apps, gone } = select(config(), names, await removals.among(names));
      const isNamed = names.length > 0;
      return passes.over(apps, isNamed ? gone : undefined, { trigger, progress, named: isNamed });
    },

    pass(names, trigger, progress, ended) {
      const asked = { trigger, progress, named: false, ended };
      return trigger.kind === 'engine-event'
        ? passes.afterEvents(named(names), asked)
        : passes.over(named(names), undefined, asked);
    },

    glance: (names) => glance(named(names), house),

    stir(names) {
      for (const name of names) context.running.stir(name);
    },
  };
}
