import { sentence } from '../core/format-plan.ts';
import { hooksAt } from '../core/jobs.ts';
import { HarborError } from '../errors.ts';
import type { Mend } from '../model/mend.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Plan, ServiceCause, Step } from '../model/plan.ts';
import type { Release } from '../model/release.ts';
import type { ServiceRecord } from '../model/service-record.ts';
import type { Leftover } from './leftovers.ts';
import type { Operation } from './operate.ts';
import type { Parts } from './parts.ts';

/**
 * What is done to an app that left. Volumes and data stay, always; `orphan` does nothing to anything. `deployed`: what was, if it was kept; its hooks run
 * before.
 */
export async function removalPlan(
  leftover: Leftover,
  deployed: Release | undefined,
  parts: Pick<Parts, 'engine' | 'instance'>,
): Promise<Plan> {
  const { app, project, policy } = leftover;
  const steps: Readonly<Record<typeof policy.onRemove, () => Promise<readonly Step[]>>> = {
    down: () => downSteps(leftover, parts),
    stop: () => stopSteps(leftover, parts),
    orphan: async () => [],
  };
  const hooks = deployed && policy.onRemove !== 'orphan' ? hooksAt(deployed, 'pre_remove') : [];
  const before = hooks.map((hook): Step => ({ kind: 'hook', ...hook }));
  return { app, project, release: undefined, steps: [...before, ...(await steps[policy.onRemove]())] };
}

async function downSteps(
  leftover: Leftover,
  { engine, instance }: Pick<Parts, 'engine' | 'instance'>,
): Promise<readonly Step[]> {
  const networks = (await engine.networks(leftover.project)).filter((network) => network.instance === instance);
  return [
    { kind: 'remove', services: causesOf(leftover), containers: refs(leftover.containers) },
    ...networks.map(({ id, name }): Step => ({ kind: 'remove-network', network: { id, name }, cause: leftover.cause })),
  ];
}

/** The engine starts whatever is to run always again when it is restarted itself, also what was stopped. */
async function stopSteps(leftover: Leftover, { engine }: Pick<Parts, 'engine'>): Promise<readonly Step[]> {
  const found = await engine.configurations(leftover.containers.map(({ id }) => id));
  const always = new Set(found.flatMap(({ id, fields }) => (fields['restart'] === 'always' ? [id] : [])));
  const mends = refs(leftover.containers.filter(({ id }) => always.has(id))).map(
    (container): Mend => ({ kind: 'update', container, fields: { restart: null } }),
  );
  const services = causesOf(leftover);
  return [
    ...(mends.length === 0 ? [] : [{ kind: 'mend', services, mends } as const]),
    { kind: 'stop', services, containers: refs(leftover.containers) },
  ];
}

const refs = (containers: readonly ObservedContainer[]) => containers.map(({ id, name }) => ({ id, name }));

const causesOf = ({ containers, cause }: Leftover): readonly ServiceCause[] =>
  [...new Set(containers.map(nameOf))].map((service) => ({ service, cause }));

const nameOf = ({ service, name }: ObservedContainer): string => service ?? name;

export function removal(
  leftover: Leftover,
  plan: Plan,
  context: Pick<Operation, 'trigger' | 'act' | 'cause' | 'barred'>,
  { engine }: Parts,
): Operation {
  const { app, project, containers, policy, cause } = leftover;
  return {
    app,
    project,
    revision: undefined,
    plan,
    verdicts: [],
    ...context,
    async look() {
      const ids = new Set(containers.map(({ id }) => id));
      const after = (await engine.observe()).containers.filter(({ id }) => ids.has(id));
      const left = policy.onRemove === 'stop' ? after.filter(({ state }) => runs.has(state)) : after;
      const still = policy.onRemove === 'stop' ? 'still runs' : 'still there';
      const amiss =
        left.length === 0
          ? undefined
          : new HarborError(`${still}: ${left.map(({ name }) => name).join(', ')}`, { code: 'engine-refused' });
      const change = policy.onRemove === 'stop' ? 'stop' : 'remove';
      return {
        services: containers.map((container) => recordOf(container, { change, because: sentence(cause) }, after)),
        amiss,
      };
    },
  };
}

const runs: ReadonlySet<string> = new Set(['running', 'paused', 'restarting']);

const recordOf = (
  container: ObservedContainer,
  done: Pick<ServiceRecord, 'change' | 'because'>,
  after: readonly ObservedContainer[],
): ServiceRecord => ({
  service: nameOf(container),
  ...done,
  image: { from: container.imageId, to: undefined },
  digest: { from: container.digest, to: undefined },
  imageId: undefined,
  containers: { before: [container.id], after: after.filter(({ id }) => id === container.id).map(({ id }) => id) },
  completed: false,
});
