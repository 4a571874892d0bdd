export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
export type ContainerHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** One container of the host, ours or not, as the engine's list tells it. */
export interface ObservedContainer {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly project: string | undefined;
  readonly service: string | undefined;
  /** Of `docker compose run`: never part of the declared state. */
  readonly oneOff: boolean;
  /** What it was run for, if it is of a hook or a check: `pre_deploy`, `check` … Never part of the declared state either. */
  readonly job?: string | undefined;
  /** Value of our instance label. */
  readonly instance: string | undefined;
  /** Value of our app label. */
  readonly app: string | undefined;
  /** Value of our digest label, or what the log says that it was brought to since; undefined also while it is `unsettled`. */
  readonly digest: string | undefined;
  /** Digests of which it may be at any: bringing changed content to it was cut short. */
  readonly unsettled?: readonly string[];
  /** It was started over files of another release than its own, and may have read them. */
  readonly misread?: boolean;
  readonly imageId: string;
  /** Reference that it was made from, while the engine still finds the same image by it. */
  readonly image?: string | undefined;
  readonly state: ContainerState;
  readonly health: ContainerHealth;
  readonly exitCode: number | undefined;
  /** Id of the container whose network it lives in, dead or alive. */
  readonly joins: string | undefined;
  readonly ports: readonly { readonly hostIp: string; readonly port: number; readonly protocol: string }[];
  /** Compose's own hash of the service that it was made from. */
  readonly configHash: string | undefined;
  /** How the engine configured it, where somebody looked. */
  readonly configured?: Configured;
  /** Somebody else made it, and a person had it adopted. */
  readonly adopted?: boolean;
  /** Why an adopted one is not what Git declares. */
  readonly differs?: string;
}

/**
 * How the engine configured a container, by field: `user`, `command`, `environment.NAME`, `mounts./target`, `networks.NAME`, `ports.80/tcp`,
 * `limits.memory`, `restart` and so on. What is at its default is left out. Values that may be secret are keyed digests.
 */
export type Configured = Readonly<Record<string, string>>;

/** The same as the engine tells it, secrets and all: never to be kept. */
export interface ContainerConfiguration {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What the engine tells as it happens. */
export type EngineEvent =
  /** It listens from here on: what happened before was not heard. */
  | { readonly kind: 'connected' }
  /** Something happened to a container of a Compose project, or to what it is attached to. */
  | { readonly kind: 'container'; readonly action: string; readonly id: string; readonly project: string };

/** The whole host in one look. */
export interface Observed {
  readonly containers: readonly ObservedContainer[];
}

/** Of one container. */
export interface LastStart {
  readonly id: string;
  /** Milliseconds since the epoch; 0: never. Undefined: the engine does not tell. */
  readonly startedAt: number | undefined;
}

/** One container, inspected: what the list cannot tell. */
export interface ContainerReport {
  readonly id: string;
  readonly name: string;
  readonly service: string | undefined;
  readonly digest: string | undefined;
  readonly imageId: string;
  readonly state: ContainerState;
  readonly health: ContainerHealth;
  readonly exitCode: number;
  readonly restarts: number;
  readonly oomKilled: boolean;
  readonly error: string;
  /** Milliseconds since the epoch; 0 if it never started. */
  readonly startedAt: number;
  /** The last healthchecks that came to an end, a few at most, the newest last; `startedAt` in milliseconds since the epoch. */
  readonly checks: readonly { readonly startedAt: number; readonly passed: boolean }[];
  /** How many of them must fail in a row. */
  readonly retries: number;
  /** Output of the last healthcheck, at most some hundred characters. */
  readonly healthOutput: string;
}

/** Where a container can be reached. */
export interface Reach {
  readonly id: string;
  readonly name: string;
  /** On its networks, or of the host whose network it shares. */
  readonly addresses: readonly string[];
  /** Ports of it that the host passes on. */
  readonly published: readonly { readonly port: number; readonly hostIp: string; readonly hostPort: number }[];
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly project: string | undefined;
  /** Key in the compose file. */
  readonly key: string | undefined;
  readonly instance: string | undefined;
  readonly digest: string | undefined;
  /** How the engine made it. */
  readonly settings: NetworkSettings;
}

export interface NetworkSettings {
  readonly driver: string;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly ipv6: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly ipamDriver: string;
  /** `subnet`, `gateway` and `ip_range` of each of its address pools. */
  readonly pools: readonly Readonly<Record<string, string>>[];
}

export interface ObservedVolume {
  readonly name: string;
  readonly project: string | undefined;
  readonly key: string | undefined;
}
