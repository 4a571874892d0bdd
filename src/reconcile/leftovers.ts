import { historyOf } from '../core/history.ts';
import { nameTrouble } from '../core/names.ts';
import { dependentsFirst, usualRemoval } from '../core/removal.ts';
import type { Cause } from '../model/change.ts';
import type { HostConfig } from '../model/config.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { RemovalPolicy } from '../model/removal.ts';

/** An app whose containers carry our label and that the configuration does not declare any more, only for other hosts, or only under another project. */
export interface Leftover {
  readonly app: string;
  readonly project: string;
  /** Why it is not wanted here. */
  readonly cause: Cause;
  readonly containers: readonly ObservedContainer[];
  /** Declared under another project now: these containers are the ones of before. */
  readonly moved: boolean;
  /** As the log remembers it: the configuration says nothing of the app any more. */
  readonly policy: RemovalPolicy;
}

interface Known {
  readonly config: Pick<HostConfig, 'apps' | 'declared' | 'elsewhere' | 'formerly'>;
  readonly snapshot: HostSnapshot;
  readonly instance: string;
}

/**
 * What is to be removed, dependents first. Found by the labels of what runs, not by our own records: the live inventory survives the loss of a log. What
 * was stopped for good or let go is left alone.
 */
export function leftoversIn(observed: Observed, known: Known): readonly Leftover[] {
  const { config, snapshot } = known;
  const found = [...byProject(observed, known).values()].map(({ app, project, containers }): Leftover => {
    const moved = config.declared.includes(app);
    const policy = moved ? usualRemoval : (historyOf(snapshot, app)?.removal ?? usualRemoval);
    return { app, project, cause: causeOf(app, config), containers, moved, policy };
  });
  return dependentsFirst(found.filter((leftover) => !isSettled(leftover, snapshot) && !isUnsure(leftover, known)));
}

type Bare = Pick<Leftover, 'app' | 'project' | 'containers'>;

function byProject({ containers }: Observed, { config, instance }: Known): ReadonlyMap<string, Bare> {
  const found = new Map<string, Bare>();
  for (const container of containers) {
    const { app, project } = container;
    if (container.instance !== instance || app === undefined || project === undefined) continue;
    if (isDeclared(app, project, config)) continue;
    const key = `${app} ${project}`;
    found.set(key, { app, project, containers: [...(found.get(key)?.containers ?? []), container] });
  }
  return found;
}

function causeOf(app: string, { elsewhere }: Known['config']): Cause {
  const hosts = Object.hasOwn(elsewhere, app) ? elsewhere[app] : undefined;
  return { kind: 'app-removed', ...(hosts && { hosts }) };
}

/** A disabled app is left alone, whatever its project was; so is one that is declared under another name by now. */
const isDeclared = (app: string, project: string, { apps, declared, formerly = {} }: Known['config']): boolean =>
  // Under its new name; where that one cannot take it over, nothing is done to it.
  Object.values(formerly).some((names) => names.includes(app) && !declared.includes(app)) ||
  (declared.includes(app) && (apps.find(({ name }) => name === app)?.project ?? project) === project);

/** Where it is to be is not clear, and so neither where it is no longer to be. */
function isUnsure({ app, moved }: Leftover, { config, snapshot }: Known): boolean {
  const declared = config.apps.find(({ name }) => name === app);
  return moved && declared !== undefined && nameTrouble(snapshot, declared) !== undefined;
}

function isSettled({ app, project, moved }: Leftover, snapshot: HostSnapshot): boolean {
  const history = historyOf(snapshot, app);
  const isStopped = !moved && history?.left?.state === 'stopped' && history.project === project;
  return isStopped || isLetGo(app, project, snapshot);
}

/** Its containers are nobody's, though each carries our label. */
const isLetGo = (app: string, project: string, { gone = [] }: HostSnapshot): boolean =>
  gone.some((one) => one.app === app && one.project === project && one.how === 'let-go');
