import type { Allowance, ListAllowance, Policy } from '../model/policy.ts';
import { presets, standardPreset } from './presets.ts';

type Fits = (entry: string) => boolean;

/** Whose word lets an app do what these entries name: the app's own line, the host's, or the preset's. Undefined: nobody's. */
export function grantor(policy: Policy, allowance: ListAllowance, fits: Fits): string | undefined {
  if (policy.own[allowance]?.some(fits) === true) return `${policy.place}.${allowance}`;
  return policy.general[allowance].some(fits) ? generally(policy, allowance) : undefined;
}

/** Who says what holds for every app. */
export const generally = ({ changed, preset }: Policy, allowance: Allowance): string =>
  changed.includes(allowance) ? `policy.${allowance}` : `the preset ${preset}`;

/** What every container may, whatever the host says: nothing is said of it. */
export const isEveryones = (allowance: ListAllowance, fits: Fits): boolean => presets.strict[allowance].some(fits);

export const mostReplicas = ({ general, own }: Policy): number => Math.max(general.replicas, own.replicas ?? 0);

const isList = (name: string): name is ListAllowance => Object.hasOwn(presets.strict, name) && name !== 'replicas';
export const listNames: readonly ListAllowance[] = Object.keys(presets.strict).filter(isList);
export const allowanceNames: readonly Allowance[] = [...listNames, 'replicas'];

/** Everything of a kind that an app may: in general, and by its own lines. */
export const entriesInForce = ({ general, own }: Policy, allowance: ListAllowance): readonly string[] => [
  ...new Set([...general[allowance], ...(own[allowance] ?? [])]),
];

/** Of a host, or of an app, that says nothing. */
export const policyOf = (place: string, more: Partial<Policy> = {}): Policy => ({
  preset: standardPreset,
  changed: [],
  general: presets[more.preset ?? standardPreset],
  own: {},
  place,
  ...more,
});

/** One sentence for the record: by what a plan was judged. */
export function policySentence({ preset, changed, own, place }: Policy): string {
  const others = changed.length === 0 ? '' : `, with this host’s own word on ${changed.join(', ')}`;
  const more = Object.keys(own);
  return `judged by the preset ${preset}${others}${more.length === 0 ? '' : `; ${place} adds ${more.join(', ')}`}`;
}
