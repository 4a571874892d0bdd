import { listNames } from '../core/policy.ts';
import { presets } from '../core/presets.ts';
import type { ListAllowance, Policy } from '../model/policy.ts';
import type { AllowSettings, PolicySettings } from './policy-schema.ts';

/** What is in force for one app: its own preset or the host's, with the host's changes, and what the app may besides. */
export function resolvePolicy(host: PolicySettings, app: AllowSettings | undefined, place: string): Policy {
  const { preset, ...own } = app ?? {};
  const base =
    preset === undefined ? changedBy(host) : { preset, replaces: true, changed: [], general: presets[preset] };
  return { ...base, own, place };
}

type Lists = { readonly [K in ListAllowance]?: readonly string[] | undefined };

function changedBy(settings: PolicySettings): Pick<Policy, 'preset' | 'changed' | 'general'> {
  const { preset, privileged, host_namespaces, engine_socket, gpus, builds, replicas, ...values } = settings;
  const said: Lists = {
    ...values,
    privileged: servicesOf(privileged),
    host_namespaces: servicesOf(host_namespaces),
    engine_socket: servicesOf(engine_socket),
    gpus: servicesOf(gpus),
    builds: servicesOf(builds),
  };
  const base = presets[preset];
  const changes = Object.fromEntries(listNames.map((name) => [name, said[name] ?? base[name]]));
  return {
    preset,
    changed: [...listNames.filter((name) => said[name] !== undefined), ...(replicas ? (['replicas'] as const) : [])],
    general: { ...base, ...changes, replicas: replicas ?? base.replicas },
  };
}

const servicesOf = (which: 'all' | 'none' | undefined): readonly string[] | undefined =>
  which && (which === 'all' ? ['*'] : []);
