import { presetKeys } from '../../core/compose-keys.ts';
import { allowanceNames, entriesInForce, generally, mostReplicas } from '../../core/policy.ts';
import type { App } from '../../model/app.ts';
import type { HostConfig } from '../../model/config.ts';
import type { Allowance, Policy } from '../../model/policy.ts';
import { dim, type Line, strong } from '../line.ts';
import { table } from '../table.ts';

type Shown = Pick<HostConfig, 'host' | 'policy'>;

type Judged = Pick<App, 'name' | 'policy'>;

/** The host's policy, and what single apps have besides. */
export const policyView = ({ host, policy }: Shown, apps: readonly Judged[]): readonly Line[] => [
  ...wholeLines(host, policy),
  ...apps.flatMap(besidesLines),
];

/** All that is in force for each of these apps. */
export const appPoliciesView = (apps: readonly Judged[], disabled: readonly string[]): readonly Line[] =>
  [
    ...apps.map(({ name, policy }) => wholeLines(name, policy)),
    ...disabled.map((name) => [[strong(name), ' is disabled on this host: nothing judges it.']]),
  ].flatMap((lines, index) => [...(index === 0 ? [] : ['']), ...lines]);

function wholeLines(name: string, policy: Policy): readonly Line[] {
  return [
    [
      strong(name),
      ' goes by the preset ',
      strong(policy.preset),
      policy.changed.length === 0 ? '.' : ', and by its own word.',
    ],
    '',
    ...table(
      ['ALLOWANCE', 'BY', 'ALLOWED'],
      allowanceNames.map((allowance) => [allowance, whoseWord(policy, allowance), entriesText(policy, allowance)]),
    ),
  ];
}

function besidesLines({ name, policy }: Judged): readonly Line[] {
  const own = allowanceNames.filter((allowance) => policy.own[allowance] !== undefined);
  const isOther = policy.replaces === true;
  if (own.length === 0 && !isOther) return [];
  return [
    '',
    [
      strong(name),
      isOther ? ` goes by the preset ${policy.preset} instead` : '',
      own.length === 0 ? '.' : ' besides, by ',
      dim(own.length === 0 ? '' : `${policy.place}:`),
    ],
    ...own.map((allowance) => `  ${allowance}: ${ownText(policy, allowance)}`),
  ];
}

function whoseWord(policy: Policy, allowance: Allowance): string {
  const general = generally(policy, allowance);
  return policy.own[allowance] === undefined ? general : `${general}, ${policy.place}`;
}

function entriesText(policy: Policy, allowance: Allowance): string {
  if (allowance === 'replicas') return String(mostReplicas(policy));
  const entries = entriesInForce(policy, allowance);
  return listed(allowance === 'keys' ? entries.filter((key) => !known.has(key)) : entries, allowance);
}

const known = new Set(presetKeys.strict);

function listed(entries: readonly string[], allowance: Allowance): string {
  if (entries.includes('*') || entries.includes('/')) return 'all';
  if (allowance !== 'keys') return entries.length === 0 ? 'none' : entries.join(', ');
  const many = entries.length > 5 ? `${entries.length} more` : entries.join(', ');
  return entries.length === 0 ? 'those of docs/policy.md' : `those of docs/policy.md, and ${many}`;
}

const ownText = ({ own }: Policy, allowance: Allowance): string => [own[allowance] ?? []].flat().join(', ');

/** Whole lists, also where people are shown a few words. */
export const policyJson = ({ host, policy }: Shown, apps: readonly Judged[]) => ({
  host,
  policy: inForceJson(policy),
  apps: apps.map(({ name, policy: of }) => ({ app: name, place: of.place, besides: of.own, ...inForceJson(of) })),
});

const inForceJson = (policy: Policy) => ({
  preset: policy.preset,
  changed: policy.changed,
  allowances: Object.fromEntries(
    allowanceNames.map((name) => [name, name === 'replicas' ? mostReplicas(policy) : entriesInForce(policy, name)]),
  ),
});
