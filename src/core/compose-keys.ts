import { isRecord } from './compose-paths.ts';

/**
 * Every key that a sealed compose file may have without a word of the host's owner, nested as it is written there. Source:
 * https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json. What stands here needs no other thought, or a gate of its own looks at it.
 * What does not (`annotations`, `cgroup_parent`, `credential_spec`, `isolation`, `models`, mounts of images, `build.cache_to`, `build.ssh`, …, and whatever
 * Compose learns next year) is refused until somebody has thought about it.
 */
type Shape = Leaf | Each | Fields | Wider;
/** Text, number, flag, or a list of them; `open`: besides, a map of them with names of the author's choice. */
type Leaf = 'plain' | 'open';
interface Fields {
  readonly fields: Readonly<Record<string, Shape>>;
}
/** A map by names of the author's choice. */
interface Each {
  readonly each: Shape;
}
/** Not in the preset `strict`. */
interface Wider {
  readonly wider: Exclude<Shape, Wider>;
}

const fields = (all: Readonly<Record<string, Shape>>): Fields => ({ fields: all });
const each = (shape: Shape): Each => ({ each: shape });
const wider = (shape: Wider['wider'] = 'plain'): Wider => ({ wider: shape });
const plain = (...names: readonly string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, 'plain']));

const limit = fields(plain('path', 'rate'));
const rollout = fields(plain('parallelism', 'delay', 'failure_action', 'monitor', 'max_failure_ratio', 'order'));
const hook = fields({ ...plain('command', 'user', 'privileged', 'working_dir'), environment: 'open' });
const grant = fields(plain('source', 'target', 'uid', 'gid', 'mode'));
const accelerator = fields({ ...plain('capabilities', 'count', 'device_ids', 'driver'), options: 'open' });
const generic = fields({ discrete_resource_spec: fields(plain('kind', 'value')) });

const deploy = fields({
  ...plain('mode', 'endpoint_mode', 'replicas'),
  labels: 'open',
  placement: fields({
    ...plain('constraints', 'max_replicas_per_node'),
    preferences: fields(plain('spread')),
  }),
  resources: fields({
    limits: fields(plain('cpus', 'memory', 'pids')),
    reservations: fields({ ...plain('cpus', 'memory'), generic_resources: generic, devices: accelerator }),
  }),
  restart_policy: fields(plain('condition', 'delay', 'max_attempts', 'window')),
  rollback_config: rollout,
  update_config: rollout,
});

const build = wider(
  fields({
    ...plain('context', 'dockerfile', 'dockerfile_inline', 'no_cache', 'pull', 'target', 'shm_size', 'network'),
    ...plain('platforms', 'privileged', 'entitlements', 'cache_from'),
    args: 'open',
    labels: 'open',
    extra_hosts: 'open',
    additional_contexts: 'open',
    ulimits: each(fields(plain('soft', 'hard'))),
  }),
);

const attachment = fields({
  ...plain('aliases', 'ipv4_address', 'ipv6_address', 'priority', 'gw_priority'),
  interface_name: wider(),
  link_local_ips: wider(),
  mac_address: wider(),
  driver_opts: wider('open'),
});

const mount = fields({
  ...plain('type', 'source', 'target', 'read_only', 'consistency'),
  bind: fields(plain('propagation', 'create_host_path', 'recursive', 'selinux')),
  volume: fields({ ...plain('nocopy', 'subpath'), labels: 'open' }),
  tmpfs: fields(plain('size', 'mode')),
});

const service = fields({
  ...plain('attach', 'cap_add', 'cap_drop', 'cgroup', 'command', 'container_name', 'cpu_count', 'cpu_percent'),
  ...plain('cpu_period', 'cpu_quota', 'cpu_shares', 'cpus', 'cpuset', 'device_cgroup_rules', 'dns', 'dns_opt'),
  ...plain(
    'dns_search',
    'domainname',
    'entrypoint',
    'expose',
    'group_add',
    'hostname',
    'image',
    'init',
    'ipc',
    'links',
  ),
  ...plain('mem_limit', 'mem_reservation', 'mem_swappiness', 'memswap_limit', 'network_mode', 'pid', 'pids_limit'),
  ...plain('platform', 'privileged', 'read_only', 'restart', 'runtime', 'scale', 'security_opt', 'shm_size'),
  ...plain('stdin_open', 'stop_grace_period', 'stop_signal', 'tmpfs', 'tty', 'user', 'userns_mode', 'uts'),
  ...plain('volumes_from', 'working_dir'),
  cpu_rt_period: wider(),
  cpu_rt_runtime: wider(),
  external_links: wider(),
  mac_address: wider(),
  oom_kill_disable: wider(),
  oom_score_adj: wider(),
  storage_opt: wider('open'),
  blkio_config: wider(
    fields({
      weight: 'plain',
      weight_device: fields(plain('path', 'weight')),
      device_read_bps: limit,
      device_read_iops: limit,
      device_write_bps: limit,
      device_write_iops: limit,
    }),
  ),
  build,
  configs: grant,
  secrets: grant,
  depends_on: each(fields(plain('condition', 'restart', 'required'))),
  deploy,
  devices: fields(plain('source', 'target', 'permissions')),
  environment: 'open',
  extra_hosts: 'open',
  gpus: accelerator,
  healthcheck: fields(plain('disable', 'interval', 'retries', 'test', 'timeout', 'start_period', 'start_interval')),
  labels: 'open',
  logging: fields({ driver: 'plain', options: 'open' }),
  networks: each(attachment),
  ports: fields(plain('mode', 'host_ip', 'target', 'published', 'protocol', 'name', 'app_protocol')),
  post_start: hook,
  pre_stop: hook,
  sysctls: 'open',
  ulimits: each(fields(plain('soft', 'hard'))),
  volumes: mount,
});

const network = fields({
  ...plain('name', 'driver', 'external', 'internal', 'attachable', 'enable_ipv4', 'enable_ipv6'),
  labels: 'open',
  driver_opts: wider('open'),
  ipam: fields({
    driver: wider(),
    options: wider('open'),
    config: wider(fields({ ...plain('subnet', 'ip_range', 'gateway'), aux_addresses: 'open' })),
  }),
});

const model = fields({
  name: 'plain',
  services: each(service),
  networks: each(network),
  volumes: each(fields({ ...plain('name', 'driver', 'external'), driver_opts: 'open', labels: 'open' })),
  configs: each(fields({ ...plain('name', 'file', 'content', 'environment', 'external'), labels: 'open' })),
  secrets: each(fields({ ...plain('name', 'file', 'environment', 'external'), labels: 'open' })),
});

/** Keys of the table as `services.deploy.replicas`, without the names of the author's choice. */
function keysOf(shape: Shape, path: string, breadth: 'strict' | 'wide'): readonly string[] {
  if (typeof shape === 'string') return [path];
  if ('wider' in shape) return breadth === 'wide' ? keysOf(shape.wider, path, breadth) : [];
  if ('each' in shape) return keysOf(shape.each, path, breadth);
  const below = Object.entries(shape.fields).flatMap(([key, field]) => keysOf(field, under(path, key), breadth));
  return path === '' ? below : [path, ...below];
}

const under = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** By preset. */
export const presetKeys = { strict: keysOf(model, '', 'strict'), homelab: keysOf(model, '', 'wide') } as const;

/** Every key that a value at a place of the table uses, each once; of what is not in the table only the name. */
export function keysUsed(value: unknown, at: 'model' | 'build' = 'model'): readonly string[] {
  const used = new Set<string>();
  if (at === 'model') walk(value, model, '', used);
  else walk(value, build, 'services.build', used);
  return [...used];
}

function walk(value: unknown, given: Shape | undefined, path: string, used: Set<string>): void {
  const shape = isWider(given) ? given.wider : given;
  if (path !== '') used.add(path);
  if (shape === undefined || shape === 'open') return;
  if (Array.isArray(value)) {
    for (const member of value) walk(member, shape, path, used);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (shape === 'plain') used.add(under(path, key));
    else if ('each' in shape) walk(member, shape.each, path, used);
    else walk(member, ownField(shape.fields, key), under(path, key), used);
  }
}

const isWider = (shape: Shape | undefined): shape is Wider => typeof shape === 'object' && 'wider' in shape;

const ownField = (all: Fields['fields'], key: string): Shape | undefined =>
  Object.hasOwn(all, key) ? all[key] : undefined;
