/** Named starting points, from the narrowest to none at all. */
export type PresetName = 'strict' | 'homelab' | 'trusted';

/**
 * What containers may ask of the host. What no entry of a list names is denied; `*` alone, where names are compared, stands for everything.
 * What each key means for people is told in the configuration's schema.
 */
export interface Allowances {
  /** Names of services, or `*`. */
  readonly privileged: readonly string[];
  readonly host_namespaces: readonly string[];
  readonly engine_socket: readonly string[];
  readonly gpus: readonly string[];
  readonly builds: readonly string[];
  /** Absolute paths of the host, as `/path` or `/path:ro`; what lies below them is named with them. */
  readonly host_binds: readonly string[];
  readonly devices: readonly string[];
  /** As in a compose file, e.g. `c 189:* rmw`. */
  readonly device_cgroup_rules: readonly string[];
  /** Without `CAP_`, in capital letters. */
  readonly capabilities: readonly string[];
  /** As `kind:value`; `*` may stand in them. */
  readonly security_options: readonly string[];
  /** Names in which `*` may stand; so are the ones below. */
  readonly sysctls: readonly string[];
  readonly runtimes: readonly string[];
  readonly log_drivers: readonly string[];
  readonly volume_drivers: readonly string[];
  /** File systems that the driver `local` mounts. */
  readonly volume_types: readonly string[];
  readonly external_volumes: readonly string[];
  readonly network_drivers: readonly string[];
  readonly external_networks: readonly string[];
  /** `443`, `8000-8100`, `127.0.0.1:1024-65535`, `[::1]:80`. */
  readonly ports: readonly string[];
  /** `ghcr.io`, or with a path: `ghcr.io/acme/*`. */
  readonly registries: readonly string[];
  readonly container_names: readonly string[];
  /** Keys of a compose file without the names in between, e.g. `services.cgroup_parent`; what lies below is named with it. */
  readonly keys: readonly string[];
  /** Containers of one service. */
  readonly replicas: number;
}

export type Allowance = keyof Allowances;
export type ListAllowance = Exclude<Allowance, 'replicas'>;

/** What is in force for one app of this host. */
export interface Policy {
  readonly preset: PresetName;
  /** The app has a preset of its own, in place of what the host says. */
  readonly replaces?: boolean;
  /** Where the host's configuration says otherwise than the preset. */
  readonly changed: readonly Allowance[];
  /** The preset with these changes: what the app may without a word about it. */
  readonly general: Allowances;
  /** What this app may besides. */
  readonly own: { readonly [K in Allowance]?: Allowances[K] | undefined };
  /** Where a line for this app alone belongs, e.g. `apps.shop.allow`. */
  readonly place: string;
}
