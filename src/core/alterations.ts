import type { Mend } from '../model/mend.ts';
import type { Configured, ObservedContainer } from '../model/observed.ts';

/** A field of a container that is not what it was when the container was deployed; undefined: at its default. */
export interface Alteration {
  readonly field: string;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

/** Empty too where nobody looked, or where nothing is known to compare with. */
export function alterations(
  configured: Configured | undefined,
  baseline: Configured | undefined,
): readonly Alteration[] {
  if (configured === undefined || baseline === undefined) return [];
  const fields = [...new Set([...Object.keys(baseline), ...Object.keys(configured)])].sort();
  return fields
    .filter((field) => own(configured, field) !== own(baseline, field))
    .map((field) => ({ field, was: own(baseline, field), is: own(configured, field) }));
}

const own = (fields: Configured, field: string): string | undefined =>
  Object.hasOwn(fields, field) ? fields[field] : undefined;

const network = 'networks.';
const isLimit = ({ field }: Alteration): boolean => field.startsWith('limits.') || field === 'restart';
const isNetwork = ({ field }: Alteration): boolean => field.startsWith(network);

/** Of what was at its default Docker takes only these back there; the others it leaves as they are, and says that all is well. */
const resettable = new Set(['restart', 'limits.pids', 'limits.cpu_quota']);

/** Whether the engine can take it back without a new container. */
export const isMendable = (alteration: Alteration): boolean =>
  isNetwork(alteration) || (isLimit(alteration) && (alteration.was !== undefined || resettable.has(alteration.field)));

/** What takes the alterations back. */
export function mendsOf({ id, name }: ObservedContainer, altered: readonly Alteration[]): readonly Mend[] {
  const container = { id, name };
  const limits = altered.filter(isLimit).map(({ field, was }) => [field, was ?? null] as const);
  return [
    ...altered.filter(isNetwork).map(({ field, was }): Mend => {
      const to = field.slice(network.length);
      // One that is attached otherwise is attached anew.
      return was === undefined
        ? { kind: 'disconnect', container, network: to }
        : { kind: 'connect', container, network: to, attachment: was };
    }),
    ...(limits.length > 0 ? [{ kind: 'update', container, fields: Object.fromEntries(limits) } as const] : []),
  ];
}

/** As a person would say it: values only where they cannot be secret. */
export function alterationText({ field, was, is }: Alteration): string {
  if (field.startsWith(network)) {
    const name = field.slice(network.length);
    if (is === undefined) return `disconnected from the network ${name}`;
    return was === undefined ? `connected to the network ${name}` : `connected otherwise to the network ${name}`;
  }
  if (!field.startsWith('limits.') && field !== 'restart') return field;
  return `${field} (${shown(field, is)}, was ${shown(field, was)})`;
}

function shown(field: string, value: string | undefined): string {
  if (value === undefined) return 'none';
  if (!field.startsWith('limits.memory')) return value;
  return value === '-1' ? 'unlimited' : `${Math.round((Number(value) / 2 ** 20) * 100) / 100} MB`;
}
