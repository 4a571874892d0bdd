import type { Allowances, PresetName } from '../model/policy.ts';
import { presetKeys } from './compose-keys.ts';

/** What the engine gives every container: to drop all and add some of these back asks for nothing. */
const everyday = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** Act on what the container has of its own: its network, its memory, its processes. */
const contained = [
  'IPC_LOCK',
  'IPC_OWNER',
  'LEASE',
  'NET_ADMIN',
  'NET_BROADCAST',
  'SYS_NICE',
  'SYS_PTRACE',
  'SYS_RESOURCE',
];

/** A container of its own behind a proxy of the host's, and nothing else: neither the host's nor another app's. */
const strict: Allowances = {
  privileged: [],
  host_namespaces: [],
  engine_socket: [],
  gpus: [],
  builds: [],
  host_binds: [],
  devices: [],
  device_cgroup_rules: [],
  capabilities: everyday,
  security_options: ['no-new-privileges:true'],
  sysctls: [],
  runtimes: ['runc'],
  log_drivers: ['json-file', 'local', 'none'],
  volume_drivers: ['local'],
  volume_types: ['tmpfs'],
  external_volumes: [],
  network_drivers: ['bridge'],
  external_networks: [],
  ports: ['127.0.0.1:1024-65535', '[::1]:1024-65535'],
  registries: [],
  container_names: [],
  keys: presetKeys.strict,
  replicas: 10,
};

/** What ordinary apps ask for; apps may meet each other, none may leave its containers. */
const homelab: Allowances = {
  ...strict,
  gpus: ['*'],
  builds: ['*'],
  host_binds: ['/etc/localtime:ro', '/etc/timezone:ro'],
  capabilities: [...everyday, ...contained],
  sysctls: ['fs.mqueue.*', 'kernel.msg*', 'kernel.sem', 'kernel.shm*', 'net.*'],
  runtimes: ['runc', 'io.containerd.runc.v2', 'crun', 'nvidia', 'runsc'],
  log_drivers: [...strict.log_drivers, 'fluentd', 'gelf', 'journald', 'syslog'],
  volume_types: ['tmpfs', 'cifs', 'nfs', 'nfs4', 'smb3'],
  external_volumes: ['*'],
  network_drivers: ['bridge', 'ipvlan', 'macvlan', 'overlay'],
  external_networks: ['*'],
  ports: ['1-65535'],
  registries: ['*'],
  container_names: ['*'],
  keys: presetKeys.homelab,
  replicas: 50,
};

/** Whoever may push is root here. What it lets through is written down all the same. */
const trusted: Allowances = {
  privileged: ['*'],
  host_namespaces: ['*'],
  engine_socket: ['*'],
  gpus: ['*'],
  builds: ['*'],
  host_binds: ['/'],
  devices: ['/'],
  device_cgroup_rules: ['*'],
  capabilities: ['*'],
  security_options: ['*'],
  sysctls: ['*'],
  runtimes: ['*'],
  log_drivers: ['*'],
  volume_drivers: ['*'],
  volume_types: ['*'],
  external_volumes: ['*'],
  network_drivers: ['*'],
  external_networks: ['*'],
  ports: ['1-65535'],
  registries: ['*'],
  container_names: ['*'],
  keys: ['*'],
  replicas: 10_000,
};

export const presets: Readonly<Record<PresetName, Allowances>> = { strict, homelab, trusted };
export const presetNames = ['strict', 'homelab', 'trusted'] as const satisfies readonly PresetName[];
/** What a host goes by that says nothing. */
export const standardPreset: PresetName = 'homelab';
