/**
 * The rendered compose model (`docker compose config --format json`), as far as Harbormaster reads it; everything else is carried
 * through untouched. Source: https://docs.docker.com/reference/compose-file/
 */
export interface ComposeModel {
  name: string;
  services: Record<string, ComposeService>;
  networks?: Record<string, ComposeNetwork | null>;
  volumes?: Record<string, ComposeVolume | null>;
  configs?: Record<string, ComposeFileObject>;
  secrets?: Record<string, ComposeFileObject>;
  [extension: string]: unknown;
}

export interface ComposeService {
  image?: string;
  build?: ComposeBuild;
  container_name?: string;
  depends_on?: Record<string, ComposeDependency>;
  deploy?: { replicas?: number; [key: string]: unknown };
  scale?: number;
  restart?: string;
  healthcheck?: { disable?: boolean; [key: string]: unknown };
  labels?: Record<string, string>;
  environment?: Record<string, string | null>;
  network_mode?: string;
  pid?: string;
  ipc?: string;
  uts?: string;
  userns_mode?: string;
  cgroup?: string;
  privileged?: boolean;
  volumes?: ComposeMount[];
  volumes_from?: string[];
  networks?: Record<string, unknown>;
  configs?: ComposeGrant[];
  secrets?: ComposeGrant[];
  ports?: ComposePort[];
  [key: string]: unknown;
}

export interface ComposeBuild {
  context?: string;
  dockerfile?: string;
  additional_contexts?: Record<string, string>;
  [key: string]: unknown;
}

export interface ComposeDependency {
  condition?: string;
  restart?: boolean;
  required?: boolean;
}

export interface ComposeMount {
  type: string;
  source?: string;
  target: string;
  read_only?: boolean;
  [key: string]: unknown;
}

export interface ComposeGrant {
  source: string;
  target?: string;
  [key: string]: unknown;
}

export interface ComposePort {
  mode?: string;
  host_ip?: string;
  target: number;
  /** A port or a range, as text; absent: the engine picks one. */
  published?: string;
  protocol?: string;
}

export interface ComposeNetwork {
  name?: string;
  external?: boolean;
  labels?: Record<string, string>;
  [key: string]: unknown;
}

export interface ComposeVolume {
  name?: string;
  external?: boolean;
  driver?: string;
  driver_opts?: Record<string, string>;
  labels?: Record<string, string>;
  [key: string]: unknown;
}

export interface ComposeFileObject {
  name?: string;
  file?: string;
  content?: string;
  environment?: string;
  external?: boolean;
  [key: string]: unknown;
}
