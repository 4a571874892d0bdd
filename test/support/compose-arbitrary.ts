import fc from 'fast-check';

/** A compose file as somebody may write it, with everything that a policy has a word on, in the spellings that Compose takes. */
export interface Written {
  readonly yaml: string;
  /** `base.yaml` beside it, where `extends` takes from. */
  readonly base?: string;
}

type Part = Readonly<Record<string, unknown>>;

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const part = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Part> => value.map((of) => ({ [name]: of }));
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> => fc.array(value, { minLength: 1, maxLength: 2 });

const capability = oneOf(
  'NET_ADMIN',
  'CAP_SYS_ADMIN',
  'sys_ptrace',
  'Sys_Module',
  'CHOWN',
  'ALL',
  'cap_net_raw',
  'SYS_TIME',
);
const option = oneOf(
  'seccomp:unconfined',
  'seccomp=unconfined',
  'no-new-privileges',
  'no-new-privileges:true',
  'no-new-privileges=false',
  'label=disable',
  'systempaths=unconfined',
  'apparmor=unconfined',
);
const device = oneOf<unknown>('/dev/null', '/dev/null:/dev/x', '/dev/../dev/zero:/dev/y:r', {
  source: '/dev/full',
  target: '/dev/full',
  permissions: 'r',
});
const mount = oneOf<unknown>(
  '/etc:/host',
  '/etc:/host:ro',
  './conf:/conf',
  '/:/rootfs:ro',
  'data:/data',
  'disguised:/host2',
  'outside:/outside',
  '/tmp',
  { type: 'bind', source: '/var', target: '/var2', read_only: true },
  { type: 'bind', source: '/run/docker.sock', target: '/s' },
  { type: 'volume', source: 'data', target: '/again', volume: { nocopy: true } },
  { type: 'tmpfs', target: '/t', tmpfs: { size: 1000 } },
  '${HM_DATA_DIR}/../../../../etc:/climb',
  '/var/run/docker.sock:/d.sock:ro',
  '/proc/..//./etc:/odd',
);
const port = oneOf<unknown>(
  '80',
  '8080:80',
  '127.0.0.1:8080:80',
  '127.0.0.1:80:80',
  '[::1]:9000:90',
  '0.0.0.0:443:443',
  '5000-5002:5000-5002',
  '10000-10010:80',
  { target: 80, published: '8443', host_ip: '127.0.0.1' },
  { target: 80, published: 81 },
  '127.0.0.1::80',
  '53:53/udp',
);

const asked: readonly fc.Arbitrary<Part>[] = [
  part('privileged', oneOf<unknown>(true, false, 'true')),
  part('cap_add', some(capability)),
  part('cap_drop', oneOf(['ALL'], ['NET_RAW'])),
  part('security_opt', some(option)),
  part('devices', some(device)),
  part('device_cgroup_rules', oneOf(['c 1:1 rwm'], ['a *:* rwm'], ['b 8:* r'])),
  part('network_mode', oneOf('host', 'none', 'disabled', 'bridge', 'NETWORK', 'container:OTHER')),
  part('pid', oneOf('host', 'container:OTHER')),
  part('ipc', oneOf('host', 'shareable', 'private')),
  part('uts', oneOf('host')),
  part('userns_mode', oneOf('host')),
  part('cgroup', oneOf('host', 'private')),
  part(
    'sysctls',
    oneOf<unknown>({ 'net.core.somaxconn': 1024 }, ['kernel.msgmax=65536'], { 'net/ipv4/ip_forward': '1' }),
  ),
  part('volumes', some(mount)),
  part('volumes_from', oneOf(['container:OTHER'])),
  part('ports', some(port)),
  part('networks', oneOf<unknown>(['own'], ['foreign'], { own: { aliases: ['x'] } }, ['own', 'foreign'])),
  part('container_name', oneOf('PREFIX-mine')),
  part('cgroup_parent', oneOf('PREFIX')),
  part('runtime', oneOf('runc')),
  part(
    'logging',
    oneOf<unknown>(
      { driver: 'json-file' },
      { driver: 'syslog', options: { 'syslog-address': 'udp://127.0.0.1:5140' } },
      { driver: 'none' },
    ),
  ),
  part('oom_score_adj', oneOf(500)),
  part('read_only', oneOf(true)),
  part('ulimits', oneOf<unknown>({ nofile: 100 }, { nofile: { soft: 10, hard: 20 } })),
  part('environment', oneOf<unknown>({ A: '1' }, ['A=1'], { A: '$$HOME' })),
  part('user', oneOf('root', '1000:1000')),
  part('tmpfs', oneOf<unknown>('/x', ['/x:size=1m'])),
  part('extra_hosts', oneOf<unknown>(['a:127.0.0.1'], { b: 'host-gateway' })),
  part('init', oneOf(true)),
  part('x-note', oneOf<unknown>({ privileged: true })),
  part('pids_limit', oneOf(50)),
  part('annotations', oneOf({ a: 'b' })),
];

/** Parts that say different things of one key: the later one counts, as in a merge. */
const merged = (parts: readonly Part[]): Part => Object.assign({}, ...parts) as Part;

/** `network_mode` cannot stand beside `networks`; Compose says so, which is no matter of policy. */
const plausible = (service: Part): Part => {
  if (!('network_mode' in service)) return service;
  const { networks: _, ports, ...rest } = service;
  return String(service['network_mode']).startsWith('container:')
    ? rest
    : { ...rest, ...(ports !== undefined && { ports }) };
};

/** Written flat, through an anchor and a merge key, through `extends`, or through an extension field. */
const spelling = oneOf('flat', 'anchor', 'extends', 'extension');

const top = {
  networks: { own: {}, foreign: { external: true, name: 'NETWORK' } },
  volumes: {
    data: {},
    disguised: { driver_opts: { type: 'none', o: 'bind', device: '/etc' } },
    outside: { external: true, name: 'VOLUME' },
  },
};

export const composeFiles: fc.Arbitrary<Written> = fc
  .record({ parts: fc.array(fc.oneof(...asked), { minLength: 1, maxLength: 4 }), as: spelling })
  .map(({ parts, as }) => {
    const service = plausible(merged(parts));
    const image = 'IMAGE';
    const flow = JSON.stringify(service);
    const rest = Object.entries(top)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join('');
    if (as === 'flat') return { yaml: `services: {"web": ${JSON.stringify({ image, ...service })}}\n${rest}` };
    if (as === 'anchor')
      return { yaml: `x-a: &a ${flow}\nservices:\n  web:\n    <<: *a\n    image: ${image}\n${rest}` };
    if (as === 'extension')
      return {
        yaml: `x-a: &a ${flow}\nx-b: &b\n  <<: [*a]\nservices:\n  web:\n    <<: *b\n    image: ${image}\n${rest}`,
      };
    // In a file of its own: a service beside it would be judged, too, and a profile that keeps it out is inherited.
    return {
      yaml: `services:\n  web:\n    extends: {file: base.yaml, service: base}\n${rest}`,
      base: `services: {"base": ${JSON.stringify({ image, ...service })}}\n`,
    };
  });
