import { waitReason, whyNotHealthy } from '../core/dependencies.ts';
import { ownContainers } from '../core/ownership.ts';
import type { App, AppDependency } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { Observed } from '../model/observed.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';
import type { Running } from './running.ts';
import type { Targets } from './target.ts';

/** The order among the apps of this host. */
export interface Order {
  /** Why a changed deployment of the app, to a commit of its repository, may not begin yet; empty: all that it waits for is there. */
  waits(app: App, commit: string, observed: Observed): Promise<readonly BlockReason[]>;
  /** Why an app that another one waits for does not count as healthy; undefined: it does. */
  whyNotHealthy(app: string, observed: Observed): Promise<string | undefined>;
}

interface OrderParts extends Pick<Parts, 'releases' | 'instance'> {
  readonly config: () => HostConfig;
  readonly journal: Journal;
  readonly running: Running;
  readonly targets: Targets;
}

export function createOrder({ config, journal, running, targets, releases, instance }: OrderParts): Order {
  const notHealthy = async (name: string, observed: Observed): Promise<string | undefined> => {
    const history = journal.of(name);
    const deployed = history?.deployed?.release;
    const release = deployed === undefined ? undefined : (await releases.load(name, deployed))?.release;
    const containers = ownContainers(observed, { name, project: history?.project ?? name }, instance);
    return whyNotHealthy({ history, release, containers, operation: running.step(name) });
  };

  /** Compared by release: a commit that changes nothing of it is deployed as soon as it is there. */
  const notAt = async (name: string, commit: string): Promise<string | undefined> => {
    const app = config().apps.find((each) => each.name === name);
    const short = commit.slice(0, 10);
    if (app === undefined) return `is disabled, and so never deploys commit ${short}`;
    const history = journal.of(name);
    const target = await targets.find(app, commit, history);
    if (target.kind === 'unknown') return `cannot be brought to commit ${short} (${target.error.message})`;
    return target.release.digest === history?.deployed?.release ? undefined : `has not deployed commit ${short} yet`;
  };

  const whyNot = async ({ app, condition }: AppDependency, commit: string, observed: Observed) =>
    (await notHealthy(app, observed)) ?? (condition === 'same-revision' ? await notAt(app, commit) : undefined);

  return {
    whyNotHealthy: notHealthy,
    async waits(app, commit, observed) {
      const reasons: BlockReason[] = [];
      for (const dependency of app.dependsOn) {
        const why = await whyNot(dependency, commit, observed);
        if (why !== undefined) reasons.push(waitReason(app.name, dependency, why));
      }
      return reasons;
    },
  };
}
