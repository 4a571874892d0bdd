import { configuredOf } from '../core/configured.ts';
import type { AppHistory, DeployedRecord } from '../model/history.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { ServiceRecord } from '../model/service-record.ts';
import type { Parts } from './parts.ts';

/**
 * Adds how the engine configured the containers of services that were made anew: what drift is compared with later. What was not made anew keeps what
 * was found when it was, so that a change by hand never becomes the measure.
 */
export async function baselines(
  records: readonly ServiceRecord[],
  history: AppHistory | undefined,
  after: readonly ObservedContainer[],
  { engine, key }: Pick<Parts, 'engine' | 'key'>,
): Promise<readonly ServiceRecord[]> {
  const known = history?.deployed?.configured ?? {};
  const carried = records.map((record) => refreshed(record, known));
  const fresh = carried.filter(
    ({ service, change, digest, configured }) =>
      configured === undefined &&
      digest.to !== undefined &&
      (change === 'create' ||
        change === 'replace' ||
        !(Object.hasOwn(known, service) && known[service]?.digest === digest.to)),
  );
  const firstOf = new Map(
    fresh.flatMap(({ service }) => {
      const first = after.find((container) => container.service === service);
      return first ? [[first.id, service] as const] : [];
    }),
  );
  if (firstOf.size === 0) return carried;
  const found = await engine.configurations([...firstOf.keys()]);
  const configured = new Map(
    found.map((configuration) => [firstOf.get(configuration.id), configuredOf(configuration, key)]),
  );
  return carried.map((record) => {
    const fields = configured.get(record.service);
    return fields ? { ...record, configured: fields } : record;
  });
}

/** A container that stayed is measured by what it was made with, though the service has another digest now. */
function refreshed(record: ServiceRecord, known: DeployedRecord['configured']): ServiceRecord {
  const { service, change, digest } = record;
  const before = Object.hasOwn(known, service) ? known[service] : undefined;
  const isCarried = change === 'refresh' && before !== undefined && digest.to !== undefined;
  return isCarried ? { ...record, configured: before.fields } : record;
}

/** The containers as observed, with how the engine configures them now. Waits until their states are settled. */
export async function inspected(
  containers: readonly ObservedContainer[],
  { engine, key }: Pick<Parts, 'engine' | 'key'>,
): Promise<readonly ObservedContainer[]> {
  const found = await engine.configurations(containers.map(({ id }) => id));
  const byId = new Map(found.map((configuration) => [configuration.id, configuredOf(configuration, key)]));
  return containers.map((container) => {
    const configured = byId.get(container.id);
    return configured ? { ...container, configured } : container;
  });
}
