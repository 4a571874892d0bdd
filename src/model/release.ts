import type { Hook } from './hook.ts';
import type { GitObject, Revision } from './revision.ts';

/** A tag as somebody wrote it, and the content that it was resolved to. */
export interface Pin {
  /** As in the compose file, e.g. `nginx:1.27`. */
  readonly requested: string;
  /** What is run: `repository:tag@sha256:…`, or `sha256:…` for an image that only this engine has. */
  readonly pinned: string;
  /** Digest of the image for this host's platform, or the engine's image id: two indexes with the same one are the same image here. */
  readonly platformDigest: string | undefined;
  /** ISO 8601. */
  readonly resolvedAt: string;
  readonly from: 'registry' | 'engine' | 'reference' | 'build';
}

export type DependencyCondition = 'started' | 'healthy' | 'completed';

export interface Dependency {
  readonly service: string;
  readonly condition: DependencyCondition;
  /** The dependent is restarted when this one is replaced. */
  readonly restart: boolean;
}

export interface PublishedPort {
  readonly hostIp: string;
  readonly port: number;
  readonly protocol: string;
}

export interface ReleaseService {
  readonly name: string;
  readonly image: Pin;
  /** Keyed digest over everything that must force a new container; also the value of the container's digest label. */
  readonly digest: string;
  readonly dependsOn: readonly Dependency[];
  /** Services whose namespace or volumes this one shares: it dies with their container. */
  readonly sharesWith: readonly string[];
  /** Runs to completion: exit code 0 is healthy, and it is not run again for the same digest. */
  readonly oneShot: boolean;
  readonly replicas: number;
  readonly healthcheck: boolean;
  readonly containerName: string | undefined;
  readonly ports: readonly PublishedPort[];
  /** Networks (compose keys) that it is attached to. */
  readonly networks: readonly string[];
  /** Fingerprints of repository content that the service sees, by what uses it, e.g. `deploy/nginx.conf`, `config app`. */
  readonly content: Readonly<Record<string, string>>;
}

export interface ReleaseNetwork {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly digest: string;
}

export interface ReleaseVolume {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly digest: string;
}

/** An image that is built from the repository before anything is touched, tagged by the fingerprint of what goes into it. */
export interface Build {
  readonly service: string;
  readonly tag: string;
  /** The `build:` section as rendered; its paths inside the repository are relative to the repository's top. */
  readonly section: Readonly<Record<string, unknown>>;
  /** Repository paths that the build reads. */
  readonly paths: readonly string[];
}

/** Everything that the rendering read, so that a release is made anew only when one of them changed. */
export interface Inputs {
  /** Git object id by repository path; null where the path did not exist (and would matter if it came). */
  readonly objects: Readonly<Record<string, string | null>>;
  /** Keyed digest of environment, options, allowances of the host that shape the rendering, and seal version. */
  readonly options: string;
}

/** A repository path that containers see; `live/` must hold exactly this content of it. */
export interface MountedPath {
  readonly path: string;
  readonly object: GitObject;
}

/** A sealed model: what `docker compose up` is given, byte for byte, and what Harbormaster knows about it. */
export interface Release {
  readonly digest: string;
  readonly app: string;
  readonly project: string;
  /** The revision that it was first sealed from; later commits with the same content keep the release. */
  readonly revision: Revision;
  readonly services: readonly ReleaseService[];
  /** Services that only hooks and checks run: neither deployed nor missed. Undefined: none. */
  readonly jobs?: readonly ReleaseService[];
  /** In the order in which they run, those of each moment. Undefined: none. */
  readonly hooks?: readonly Hook[];
  readonly networks: readonly ReleaseNetwork[];
  readonly volumes: readonly ReleaseVolume[];
  readonly builds: readonly Build[];
  readonly mounts: readonly MountedPath[];
  readonly inputs: Inputs;
  /** JSON text of the sealed compose file. Holds secrets: never printed or logged. */
  readonly compose: string;
  /** Values for `secrets.environment` and `configs.environment`. Secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Remarks of the rendering that are worth a warning, e.g. an unset variable that was let through. */
  readonly warnings: readonly string[];
}
