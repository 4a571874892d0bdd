import { sentence } from '../core/format-plan.ts';
import { HarborError } from '../errors.ts';
import type { Cause } from '../model/change.ts';
import type { ServiceRecord } from '../model/entry.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Operation } from './operate.ts';
import type { Parts } from './parts.ts';

/** An app whose containers carry our label and that the configuration does not declare any more, only for other hosts, or only under another project. */
export interface Leftover {
  readonly app: string;
  readonly project: string;
  readonly cause: Cause;
  readonly containers: readonly ObservedContainer[];
}

/** Found by the labels of what runs, not by our own records: the live inventory survives the loss of a log. */
export function leftovers(
  observed: Observed,
  isDeclared: (app: string, project: string) => boolean,
  causeOf: (app: string) => Cause,
  instance: string,
): readonly Leftover[] {
  const found = new Map<string, Leftover>();
  for (const container of observed.containers) {
    const { app, project } = container;
    if (container.instance !== instance || app === undefined || project === undefined) continue;
    if (isDeclared(app, project)) continue;
    found.set(`${app} ${project}`, {
      app,
      project,
      cause: causeOf(app),
      containers: [...(found.get(`${app} ${project}`)?.containers ?? []), container],
    });
  }
  return [...found.values()];
}

/** Containers and networks go; volumes and data stay, always. */
export async function removalPlan(
  { app, project, cause, containers }: Leftover,
  { engine, instance }: Pick<Parts, 'engine' | 'instance'>,
): Promise<Plan> {
  const networks = (await engine.networks(project)).filter((network) => network.instance === instance);
  const services = [...new Set(containers.map(({ service, name }) => service ?? name))].map((service) => ({
    service,
    cause,
  }));
  const remove: Step = { kind: 'remove', services, containers: containers.map(({ id, name }) => ({ id, name })) };
  return {
    app,
    project,
    release: undefined,
    steps: [
      remove,
      ...networks.map(({ id, name }): Step => ({ kind: 'remove-network', network: { id, name }, cause })),
    ],
  };
}

export function removal(
  leftover: Leftover,
  plan: Plan,
  context: Pick<Operation, 'trigger' | 'act'>,
  { engine }: Parts,
): Operation {
  return {
    app: leftover.app,
    project: leftover.project,
    revision: undefined,
    plan,
    verdicts: [],
    cause: { purpose: 'remove' },
    ...context,
    async look() {
      const ids = new Set(leftover.containers.map(({ id }) => id));
      const left = (await engine.observe()).containers.filter(({ id }) => ids.has(id));
      const amiss =
        left.length === 0
          ? undefined
          : new HarborError(`still there: ${left.map(({ name }) => name).join(', ')}`, { code: 'engine-refused' });
      return { services: leftover.containers.map((container) => gone(container, left, leftover.cause)), amiss };
    },
  };
}

const gone = (container: ObservedContainer, left: readonly ObservedContainer[], cause: Cause): ServiceRecord => ({
  service: container.service ?? container.name,
  change: 'remove',
  because: sentence(cause),
  image: { from: container.imageId, to: undefined },
  digest: { from: container.digest, to: undefined },
  imageId: undefined,
  containers: { before: [container.id], after: left.filter(({ id }) => id === container.id).map(({ id }) => id) },
  completed: false,
});
