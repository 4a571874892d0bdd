import * as z from 'zod';
import { parsePorts } from '../core/port-range.ts';
import { presetNames, standardPreset } from '../core/presets.ts';
import type { Allowance } from '../model/policy.ts';
import * as v from './values.ts';

interface Key {
  readonly title: string;
  readonly description: string;
  readonly examples: readonly unknown[];
}

const names = (title: string, must: string, valid: RegExp) => z.array(v.word(title, must, (text) => valid.test(text)));
const pattern = (of: string) =>
  names(
    `${of}, * and ? match any`,
    `must be ${of}, in which * stands for any characters and ? for one`,
    /^[^\s\u0000-\u001f\u007f]+$/,
  );

const hostDevice = () =>
  v.word(
    'device of the host',
    'must be the absolute path of a device, such as /dev/dri, without ".."',
    (path) => /^\/[^\u0000-\u001f\u007f:]*$/.test(path) && !path.split('/').includes('..'),
  );

const portRange = () =>
  v.word(
    'ports of the host',
    'must be a port or a range, with an address before it if it is for one address: "443", "8000-8100", "127.0.0.1:80", "[::1]:1024-65535"',
    (text) => parsePorts(text) !== undefined,
  );

const capability = () =>
  v.word(
    'capability',
    'must be the name of a capability in capital letters, such as NET_ADMIN, without CAP_ before it; or *',
    (text) => /^(?!CAP_)[A-Z][A-Z_]*$|^\*$/.test(text),
  );

/** Numbers are ports, too: `[443]`. */
const ports = z.array(z.preprocess((port) => (typeof port === 'number' ? String(port) : port), portRange()));

const shapes = {
  host_binds: z.array(v.hostBind()),
  devices: z.array(hostDevice()),
  device_cgroup_rules: names('device rule', 'must be a rule such as "c 189:* rmw"', /^[abc*] |^\*$/),
  capabilities: z.array(capability()),
  security_options: names('security option', 'must be kind and value, such as seccomp:unconfined', /^[a-z-]+:.+$|^\*$/),
  sysctls: pattern('a kernel parameter'),
  runtimes: pattern('the name of a runtime'),
  log_drivers: pattern('the name of a log driver'),
  volume_drivers: pattern('the name of a volume driver'),
  volume_types: pattern('the name of a file system'),
  external_volumes: pattern('the name of a volume'),
  network_drivers: pattern('the name of a network driver'),
  external_networks: pattern('the name of a network'),
  ports,
  registries: pattern('a registry, or a registry with the path of an image'),
  container_names: pattern('the name of a container'),
  keys: pattern('a key of a compose file'),
} as const;

/** What each key is about, for people. */
export const told = {
  privileged: {
    title: 'list of services',
    description:
      'Services that may run privileged, or with what comes to the same: capabilities and device rules of every kind, privileged hooks and builds.',
    examples: [['agent']],
  },
  host_namespaces: {
    title: 'list of services',
    description:
      'Services that may join a namespace of the host or of a container outside the app (`network_mode: host`, `pid: host`, `ipc: container:x` …).',
    examples: [['exporter']],
  },
  engine_socket: {
    title: 'list of services',
    description: "Services that may mount the engine's socket, which is as good as root on the host.",
    examples: [['traefik']],
  },
  gpus: {
    title: 'list of services',
    description: 'Services that may use GPUs, and other devices that the host hands out by name (CDI).',
    examples: [['transcoder']],
  },
  builds: {
    title: 'list of services',
    description:
      'Services whose image may be built on this host. A Dockerfile runs what it likes, and takes images from where it likes: `registries` does not bind it.',
    examples: [['web']],
  },
  host_binds: {
    title: 'list of paths',
    description: "Paths of the host, outside the app's own folders, that services may mount; `:ro` for reading only.",
    examples: [['/etc/localtime:ro', '/srv/media']],
  },
  devices: {
    title: 'list of devices',
    description: 'Devices of the host, or folders of them. `host_binds` covers devices, too.',
    examples: [['/dev/dri', '/dev/net/tun']],
  },
  device_cgroup_rules: {
    title: 'list of rules',
    description: 'Device rules as in a compose file: with one a container makes such a device for itself.',
    examples: [['c 189:* rmw']],
  },
  capabilities: {
    title: 'list of capabilities',
    description: 'Capabilities that services may add. SYS_ADMIN, SYS_MODULE and the like lead out of a container.',
    examples: [['NET_ADMIN']],
  },
  security_options: {
    title: 'list of options',
    description:
      'Options of `security_opt`, as `kind:value`. `seccomp:*` stands for any profile, which may be as wide as none.',
    examples: [['seccomp:unconfined', 'label:disable']],
  },
  sysctls: {
    title: 'list of kernel parameters',
    description: 'Kernel parameters that services may set for their own namespaces.',
    examples: [['net.*']],
  },
  runtimes: { title: 'list of runtimes', description: 'What containers may be run by.', examples: [['runc', 'runsc']] },
  log_drivers: {
    title: 'list of log drivers',
    description:
      'Drivers that the output of containers may go through: the engine sends it, from the network of the host.',
    examples: [['json-file', 'journald']],
  },
  volume_drivers: {
    title: 'list of volume drivers',
    description: 'Drivers that volumes may be made by. Some mount any folder of the host that an option names.',
    examples: [['local']],
  },
  volume_types: {
    title: 'list of file systems',
    description:
      'File systems that the volume driver `local` may mount. A folder or disk of the host needs `host_binds`, whatever the type.',
    examples: [['nfs', 'tmpfs']],
  },
  external_volumes: {
    title: 'list of volumes',
    description:
      "Volumes that are not the app's own: external ones, and those with a `name` of their own, since another app may have made them.",
    examples: [['shared-media', 'shop-*']],
  },
  network_drivers: {
    title: 'list of network drivers',
    description: 'Drivers that networks may be made by.',
    examples: [['bridge', 'macvlan']],
  },
  external_networks: {
    title: 'list of networks',
    description:
      "Networks that are not the app's own: external ones, those with a `name` of their own, and those that `network_mode` names.",
    examples: [['proxy']],
  },
  ports: {
    title: 'list of ports',
    description:
      'Ports of the host that services may publish: one or a range, on one address (`127.0.0.1:8080`) or on all.',
    examples: [['443', '8000-8100']],
  },
  registries: {
    title: 'list of registries',
    description:
      'Registries that images may come from, or images of one (`ghcr.io/acme/*`). `docker.io` is Docker Hub, `local` an image by its id.',
    examples: [['docker.io', 'ghcr.io/acme/*']],
  },
  container_names: {
    title: 'list of names',
    description: 'Names that `container_name` may be. Replicas and other apps can clash with them.',
    examples: [['shop-*']],
  },
  keys: {
    title: 'list of keys',
    description:
      'Keys of a compose file that are not on the list of keys, without the names in between. Harbormaster has not looked at what they ask of the host.',
    examples: [['services.cgroup_parent']],
  },
  replicas: {
    title: 'whole number',
    description: 'How many containers one service may have.',
    examples: [30],
  },
} as const satisfies Readonly<Record<Allowance, Key>>;

const preset = z.enum(presetNames);
const services = () => z.array(v.serviceName());
const everyService = () => z.enum(['all', 'none']);

type About = { readonly absent: string; readonly title?: string; readonly examples?: unknown[] };

const key = <Schema extends z.ZodType>(name: Allowance, schema: Schema, about: About) =>
  schema.optional().meta({ ...told[name], examples: [...told[name].examples], ...about });

/** What is the same for one app and for the host. */
const values = (about: About) => ({
  host_binds: key('host_binds', shapes.host_binds, about),
  devices: key('devices', shapes.devices, about),
  device_cgroup_rules: key('device_cgroup_rules', shapes.device_cgroup_rules, about),
  capabilities: key('capabilities', shapes.capabilities, about),
  security_options: key('security_options', shapes.security_options, about),
  sysctls: key('sysctls', shapes.sysctls, about),
  runtimes: key('runtimes', shapes.runtimes, about),
  log_drivers: key('log_drivers', shapes.log_drivers, about),
  volume_drivers: key('volume_drivers', shapes.volume_drivers, about),
  volume_types: key('volume_types', shapes.volume_types, about),
  external_volumes: key('external_volumes', shapes.external_volumes, about),
  network_drivers: key('network_drivers', shapes.network_drivers, about),
  external_networks: key('external_networks', shapes.external_networks, about),
  ports: key('ports', shapes.ports, about),
  registries: key('registries', shapes.registries, about),
  container_names: key('container_names', shapes.container_names, about),
  keys: key('keys', shapes.keys, about),
  replicas: key('replicas', v.count(1, 10_000), about),
});

const more: About = { absent: 'what `policy` says' };

/** For one app: besides what holds for all. */
export const allowSchema = z
  .strictObject({
    preset: preset.optional().meta({
      description: 'The preset that holds for this app in place of everything under `policy`.',
      examples: ['trusted'],
      absent: 'what `policy` says',
    }),
    privileged: key('privileged', services(), more),
    host_namespaces: key('host_namespaces', services(), more),
    engine_socket: key('engine_socket', services(), more),
    gpus: key('gpus', services(), more),
    builds: key('builds', services(), more),
    ...values(more),
  })
  .meta({
    title: 'section',
    description: 'What this app may ask of the host, besides what `policy` lets every app. [How it works](policy.md).',
  });

const whole: About = { absent: "the preset's" };
const all: About = { ...whole, title: '`all`, `none`', examples: ['none'] };

/** The key is often written as if it were the preset. */
const presetAlone = ({ input }: { readonly input?: unknown }): string | undefined =>
  typeof input === 'string' && presetNames.some((name) => name === input)
    ? `must be a map of keys and values; for this preset write \`policy: {preset: ${input}}\``
    : undefined;

/** For the host: in place of what the preset says of the same key. */
export const policySchema = z
  .strictObject(
    {
      preset: preset.default(standardPreset).meta({
        description:
          'Where to start from. `strict`: a container of its own behind a proxy, and nothing else. `homelab`: what ordinary apps ask for; they may meet each other, but not leave their containers. ' +
          '`trusted`: whoever may push is root on this host.',
        examples: ['strict'],
      }),
      privileged: key('privileged', everyService(), all),
      host_namespaces: key('host_namespaces', everyService(), all),
      engine_socket: key('engine_socket', everyService(), all),
      gpus: key('gpus', everyService(), all),
      builds: key('builds', everyService(), all),
      ...values(whole),
    },
    { error: presetAlone },
  )
  .meta({
    title: 'section',
    description:
      'What apps may ask of this host. A key takes the place of what the preset says of it; `allow` of an app adds to both. [How it works](policy.md).',
  });

export type AllowSettings = z.output<typeof allowSchema>;
export type PolicySettings = z.output<typeof policySchema>;
