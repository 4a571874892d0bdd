import type { ComposeMount, ComposeNetwork, ComposeService } from '../model/compose-model.ts';
import type { ObservedNetwork } from '../model/observed.ts';
import type { ReleaseService } from '../model/release.ts';
import { isRecord } from './compose-paths.ts';

/** What is known of a container that somebody else started. */
export interface Found {
  /** Compose's own hash is the declared one. It covers the definition, but neither what its keys of networks and volumes stand for nor content. */
  readonly sameHash: boolean;
  readonly sameImage: boolean;
  /** How the engine configured it. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A folder or file of the host that a container sees, and where the release takes it from instead. */
export interface MovedMount {
  readonly target: string;
  readonly from: string;
  readonly to: string;
}

/** Why a container that somebody else started is not what the sealed service declares, in words; undefined where it is. */
export function whyNotDeclared(service: ReleaseService, definition: ComposeService, found: Found): string | undefined {
  const reasons = [
    ...(found.sameImage ? [] : ['runs another image than Git declares']),
    ...movedMounts(definition, found.fields).map(({ from, to }) => `mounts ${from} instead of ${to}`),
    ...Object.keys(service.content)
      .filter((what) => /^(?:config|secret) /.test(what))
      .map((what) => `got its ${what} from elsewhere`),
    ...otherVolumes(definition, found.fields),
    ...otherNetworks(definition, found.fields),
  ];
  if (reasons.length === 0) return found.sameHash ? undefined : 'was started with another definition';
  return reasons.join(', and ');
}

const mountsOf = ({ volumes }: ComposeService, type: string): readonly ComposeMount[] =>
  (volumes ?? []).filter((mount) => mount.type === type);

/** As the engine tells it: `bind:/srv/conf:ro`, `volume:shop_data:rw`. */
function mountedAt(target: string, type: string, fields: Found['fields']): string | undefined {
  const mounted = fields[`mounts.${target}`];
  return mounted?.startsWith(`${type}:`) ? mounted.slice(type.length + 1, mounted.lastIndexOf(':')) : undefined;
}

/** Bind mounts that the container has from another place than the release gives. */
export function movedMounts(definition: ComposeService, fields: Found['fields']): readonly MovedMount[] {
  return mountsOf(definition, 'bind').flatMap(({ source: to, target }): readonly MovedMount[] => {
    const from = mountedAt(target, 'bind', fields);
    const isMoved = from !== undefined && to !== undefined && from !== to;
    return isMoved ? [{ target, from, to }] : [];
  });
}

const otherVolumes = (definition: ComposeService, fields: Found['fields']): readonly string[] =>
  mountsOf(definition, 'volume').flatMap(({ source, target }) => {
    const name = mountedAt(target, 'volume', fields);
    return source === undefined || name === undefined || name === source
      ? []
      : [`mounts the volume ${name} instead of ${source}`];
  });

function otherNetworks({ networks }: ComposeService, fields: Found['fields']): readonly string[] {
  if (networks === undefined || fields['network_mode'] !== undefined) return [];
  const declared = Object.entries(networks).map(([key, of]) => (isRecord(of) ? String(of['name'] ?? key) : key));
  const prefix = 'networks.';
  const attached = Object.keys(fields).flatMap((field) =>
    field.startsWith(prefix) ? [field.slice(prefix.length)] : [],
  );
  const missing = declared.filter((name) => !attached.includes(name));
  const surplus = attached.filter((name) => !declared.includes(name));
  return [
    ...missing.map((name) => `is not attached to the network ${name}`),
    ...surplus.map((name) => `is attached to the network ${name}`),
  ];
}

/**
 * In which fields a network that exists is not what Git declares. Only what is declared is compared, and what the engine does not choose by itself: an
 * engine may be set to give every network options, addresses or IPv6 of its own.
 */
export function networkDifferences(declared: ComposeNetwork | null, network: ObservedNetwork): readonly string[] {
  const { settings } = network;
  const { name, driver, driver_opts, internal, attachable, enable_ipv6, ipam } = declared ?? {};
  const options = isRecord(driver_opts) ? Object.entries(driver_opts) : [];
  const fields: readonly (readonly [string, boolean])[] = [
    ['name', name !== undefined && name !== network.name],
    ['driver', (driver ?? 'bridge') !== settings.driver],
    ['internal', (internal === true) !== settings.internal],
    ['attachable', (attachable === true) !== settings.attachable],
    ['enable_ipv6', enable_ipv6 !== undefined && enable_ipv6 !== settings.ipv6],
    ...options.map(([key, value]) => [`driver_opts.${key}`, String(value) !== settings.options[key]] as const),
    ...ipamFields(ipam, network),
  ];
  return fields.flatMap(([field, isOther]) => (isOther ? [field] : []));
}

function ipamFields(ipam: unknown, { settings }: ObservedNetwork): readonly (readonly [string, boolean])[] {
  if (!isRecord(ipam)) return [];
  const { driver, config } = ipam;
  const pools = Array.isArray(config) ? config.filter(isRecord) : [];
  const compared = ['subnet', 'gateway', 'ip_range'];
  const isThere = (pool: Readonly<Record<string, unknown>>) =>
    settings.pools.some((found) =>
      compared.every((field) => pool[field] === undefined || pool[field] === found[field]),
    );
  return [
    ['ipam.driver', driver !== undefined && driver !== settings.ipamDriver],
    ['ipam.config', !pools.every(isThere)],
  ];
}
