import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allowSchema } from '../../src/config/policy-schema.ts';
import { policyOf } from '../../src/core/policy.ts';
import { parsePorts } from '../../src/core/port-range.ts';
import { presets } from '../../src/core/presets.ts';
import { systemClock } from '../../src/edges/clock.ts';
import { findPlugin } from '../../src/edges/engines/compose/plugin.ts';
import { composeEngine } from '../../src/edges/engines/engine.ts';
import { folderSource } from '../../src/edges/folder/source.ts';
import { leads } from '../../src/edges/live/leads.ts';
import { run } from '../../src/edges/process.ts';
import { openScratch } from '../../src/edges/scratch.ts';
import { HarborError } from '../../src/errors.ts';
import type { Allowances, Policy } from '../../src/model/policy.ts';
import type { Release } from '../../src/model/release.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import * as gates from '../../src/policies/index.ts';
import type { Scratch } from '../../src/ports.ts';
import { judgedFiles } from '../../src/reconcile/check-policy.ts';
import { app as anApp, revision } from '../support/builders.ts';
import { composeFiles, type Written } from '../support/compose-arbitrary.ts';
import { type EngineRig, engineRig } from '../support/engine-rig.ts';
import { silentLogger } from '../support/fakes.ts';
import { tries } from '../support/tries.ts';

/**
 * The policy denies what it must, and nothing else. Nothing that the policy denied is ever found in a container that it allowed. Read is what the engine really made, by a reader that knows nothing of the
 * gates; and where the policy denied something, a container that is made all the same has it, and the lines that the denial names let it through.
 * `npm run policy:differential` does thousands; DIFFERENTIAL_SEED repeats one.
 */
const numRuns = Number(process.env['DIFFERENTIAL_RUNS'] ?? tries(60));
/** The same inputs each time, so that what passes today passes tomorrow; the long run has others each time. */
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 20_261_128);

let host: EngineRig;
let folder: string;
let image: string;
let plugin: string;
let scratch: Scratch;
let project: string;
/** A container that asked for nothing. */
let usual: Container;

beforeAll(async () => {
  host = await engineRig();
  project = host.project('diff');
  image = await host.image('web', { command: ['idle'] });
  folder = await mkdtemp(join(tmpdir(), `${host.prefix}-`));
  await mkdir(join(folder, 'tree/conf'), { recursive: true });
  for (const name of ['live', 'data', 'cache']) await mkdir(join(folder, name));
  plugin = (
    await findPlugin({ explicit: undefined, dockerConfig: '/nonexistent', searchPath: process.env['PATH'] ?? '' })
  ).path;
  scratch = await openScratch();
  const post = (path: string, body: object) =>
    host.api.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/networks/create', { Name: host.project('foreign') });
  await post('/volumes/create', { Name: host.project('volume') });
  usual = (await host.inspect(await host.run(host.project('other'), image))) as unknown as Container;
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A preset, and now and then a word of the host's or the app's. */
const policies: fc.Arbitrary<Policy> = fc
  .record({
    preset: fc.constantFrom('strict', 'homelab', 'homelab'),
    own: fc.record<Partial<Allowances>>(
      {
        privileged: fc.constant(['web']),
        host_namespaces: fc.constant(['web']),
        engine_socket: fc.constant(['web']),
        host_binds: fc.constantFrom(['/etc:ro'], ['/var'], ['/etc', '/']),
        capabilities: fc.constantFrom(['SYS_ADMIN'], ['SYS_MODULE', 'ALL']),
        devices: fc.constantFrom(['/dev/null'], ['/dev']),
        security_options: fc.constantFrom(['seccomp:*'], ['label:disable', 'systempaths:unconfined']),
        ports: fc.constantFrom(['80'], ['443', '127.0.0.1:80'], ['1-65535']),
        external_networks: fc.constant(['hmt-*']),
        external_volumes: fc.constant(['hmt-*']),
        keys: fc.constant(['services.cgroup_parent', 'services.annotations']),
        registries: fc.constant(['docker.io']),
      },
      { requiredKeys: ['registries'] },
    ),
  })
  .map(({ preset, own }) => policyOf('apps.shop.allow', { preset, general: presets[preset], own }));

const filledIn = (yaml: string): string =>
  yaml
    .replaceAll('IMAGE', image)
    .replaceAll('NETWORK', host.project('foreign'))
    .replaceAll('VOLUME', host.project('volume'))
    .replaceAll('OTHER', host.project('other'))
    .replaceAll('PREFIX', host.project('own'));

async function judged({ yaml, base }: Written, policy: Policy) {
  await writeFile(join(folder, 'tree/compose.yaml'), filledIn(yaml));
  if (base !== undefined) await writeFile(join(folder, 'tree/base.yaml'), filledIn(base));
  const app = anApp({ name: 'shop', project, policy, unsetVariables: 'warn' });
  const folders = { live: join(folder, 'live'), data: join(folder, 'data'), cache: join(folder, 'cache') };
  return judgedFiles(app, revision(), {
    source: folderSource(join(folder, 'tree')),
    engine: composeEngine({
      dockerHost: host.dockerHost,
      dockerConfig: '/nonexistent',
      environment: { PATH: process.env['PATH'] ?? '' },
      runDirectory: folder,
      instance: 'diff',
      logger: silentLogger,
    }),
    live: { folders: () => folders, leads },
    scratch,
    gates: Object.values(gates),
    checks: [],
    redact: (text) => text,
    clock: systemClock,
    key: Buffer.from('key'),
    instance: 'diff',
  });
}

/** What the engine made of the release; undefined where it refused. */
async function made(release: Release): Promise<Container | undefined> {
  const file = join(folder, 'sealed.json');
  await writeFile(file, release.compose);
  const argv = [plugin, '-p', project, '-f', file, 'create', '--no-build', '--pull', 'never', 'web'] as const;
  await run(argv, { env: { DOCKER_HOST: host.dockerHost, DOCKER_CONFIG: '/nonexistent' }, cwd: '/', limit: 60_000 });
  const [container] = await host.containers(project);
  if (container === undefined) return undefined;
  const found = await host.inspect(container.id);
  await host.rm(container.id);
  return found as unknown as Container;
}

type Answer = Awaited<ReturnType<typeof judged>>;

interface Container {
  readonly Name: string;
  readonly HostConfig: {
    readonly MaskedPaths: readonly string[] | null;
    readonly ReadonlyPaths: readonly string[] | null;
    readonly Privileged: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Devices: readonly { readonly PathOnHost: string }[] | null;
    readonly DeviceCgroupRules: readonly string[] | null;
    readonly NetworkMode: string;
    readonly PidMode: string;
    readonly IpcMode: string;
    readonly UTSMode: string;
    readonly UsernsMode: string;
    readonly CgroupnsMode: string;
    readonly VolumesFrom: readonly string[] | null;
    readonly Sysctls: Readonly<Record<string, string>> | null;
    readonly CgroupParent: string;
    readonly OomScoreAdj: number;
    readonly LogConfig: { readonly Type: string };
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    > | null;
  };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Source: string;
    readonly Name?: string;
    readonly RW: boolean;
  }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
}

/** What a container has of the host that this policy does not grant it. */
async function excess(
  { HostConfig: has, Mounts, Name, NetworkSettings }: Container,
  policy: Policy,
): Promise<string[]> {
  const { general, own } = policy;
  const may = (key: Exclude<keyof Allowances, 'replicas'>): readonly string[] => [...general[key], ...(own[key] ?? [])];
  const isWeb = (key: Exclude<keyof Allowances, 'replicas'>) =>
    may(key).some((entry) => entry === 'web' || entry === '*');
  const fits = (key: Exclude<keyof Allowances, 'replicas'>, value: string) =>
    may(key).some((entry) =>
      new RegExp(`^${entry.replaceAll(/[.+^$()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(value),
    );
  const root = isWeb('privileged');
  const found: string[] = [];
  const deny = (is: boolean, what: string) => void (is && found.push(what));

  deny(has.Privileged && !root, 'privileged');
  // The engine keeps them as they were written: `cap_net_raw`, `NET_RAW` and `CAP_NET_RAW` are one.
  for (const name of has.CapAdd ?? [])
    deny(!root && !fits('capabilities', name.toUpperCase().replace('CAP_', '')), `capability ${name}`);
  for (const option of has.SecurityOpt ?? []) {
    const harmless = ['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true'].includes(option);
    const isPart =
      (has.Privileged && option.startsWith('label')) ||
      (`${has.PidMode} ${has.IpcMode}`.includes('host') && option === 'label=disable');
    deny(!harmless && !isPart && !fits('security_options', option.replace('=', ':')), `security option ${option}`);
  }
  const path = (key: 'devices' | 'host_binds', at: string, writable: boolean) =>
    may(key).some((entry) => {
      const [of = '', mode] = entry.split(':');
      return (mode !== 'ro' || !writable) && (at === of || at.startsWith(of === '/' ? '/' : `${of}/`));
    });
  // Compose, like Docker's own command line, makes of `systempaths=unconfined` that nothing is hidden, and tells the engine only that.
  const hidesNothing = [has.MaskedPaths, has.ReadonlyPaths].some((paths) => paths?.length === 0);
  deny(!has.Privileged && hidesNothing && !fits('security_options', 'systempaths:unconfined'), 'system paths');
  for (const { PathOnHost } of has.Devices ?? [])
    deny(!path('devices', PathOnHost, true) && !path('host_binds', PathOnHost, true), `device ${PathOnHost}`);
  for (const rule of has.DeviceCgroupRules ?? [])
    deny(!root && !fits('device_cgroup_rules', rule), `device rule ${rule}`);
  const outside = /^(host|container:.*)$/;
  for (const key of ['NetworkMode', 'PidMode', 'IpcMode', 'UTSMode', 'UsernsMode', 'CgroupnsMode'] as const) {
    // With cgroups of the first version the engine itself gives every container the host's.
    if (key === 'CgroupnsMode' && usual.HostConfig.CgroupnsMode === 'host') continue;
    deny(outside.test(has[key]) && !isWeb('host_namespaces'), `${key} ${has[key]}`);
  }
  deny((has.VolumesFrom ?? []).length > 0 && !isWeb('host_namespaces'), 'volumes of another');
  for (const name of Object.keys(NetworkSettings.Networks)) {
    if (name.startsWith(`${project}_`) || name === 'none' || name === 'host') continue;
    deny(!outside.test(has.NetworkMode) && !fits('external_networks', name), `network ${name}`);
  }
  for (const name of Object.keys(has.Sysctls ?? {}))
    deny(!fits('sysctls', name.replaceAll('/', '.')), `sysctl ${name}`);
  for (const { HostIp, HostPort } of Object.values(has.PortBindings ?? {}).flat()) {
    const [from, to = from] = (HostPort === '' || HostPort === '0' ? '32768-65535' : HostPort).split('-').map(Number);
    const isAny = HostIp === '' || HostIp === '0.0.0.0' || HostIp === '::';
    const granted = may('ports').some((entry) => {
      const range = parsePorts(entry);
      const atHome = range?.address === undefined || (!isAny && range.address === HostIp);
      return range !== undefined && atHome && range.from <= Number(from) && Number(to) <= range.to;
    });
    deny(!granted, `port ${HostIp}:${HostPort}`);
  }
  for (const mount of Mounts) await mounted(mount);
  async function mounted({ Type, Source, Name: volume, RW }: Container['Mounts'][number]): Promise<void> {
    if (Type === 'bind') {
      const isOwn = ['live', 'data', 'cache'].some((name) => `${Source}/`.startsWith(`${join(folder, name)}/`));
      const isSocket = Source.endsWith('/docker.sock');
      if (isSocket) deny(!isWeb('engine_socket'), `socket ${Source}`);
      else deny(!isOwn && !path('host_binds', Source, RW), `bind of ${Source}${RW ? '' : ', to read'}`);
    }
    if (Type !== 'volume' || volume === undefined || /^[0-9a-f]{64}$/.test(volume)) return;
    deny(!volume.startsWith(`${project}_`) && !fits('external_volumes', volume), `volume ${volume}`);
    const body = await host.api.json({ method: 'GET', path: `/volumes/${volume}` });
    const { Options } = body as { Options: { device?: string; o?: string } | null };
    const device = Options?.o?.includes('bind') ? Options.device : undefined;
    deny(device !== undefined && !path('host_binds', device, RW), `bind of ${device} through ${volume}`);
  }
  deny(has.CgroupParent !== '' && !fits('keys', 'services.cgroup_parent'), `cgroup ${has.CgroupParent}`);
  deny(
    has.OomScoreAdj !== 0 && !has.Privileged && !fits('keys', 'services.oom_score_adj'),
    `oom_score_adj ${has.OomScoreAdj}`,
  );
  deny(!fits('log_drivers', has.LogConfig.Type), `log driver ${has.LogConfig.Type}`);
  deny(!Name.startsWith(`/${project}-`) && !fits('container_names', Name.slice(1)), `name ${Name}`);
  return found;
}

/** What a denial of each gate is about, in a compose file. */
const keysOf: Readonly<Record<string, RegExp>> = {
  privileged: /privileged/,
  capabilities: /cap_add/,
  'security-options': /security_opt/,
  devices: /devices/,
  'device-cgroup-rules': /device_cgroup_rules/,
  'host-namespaces': /network_mode|pid|ipc|uts|userns_mode|cgroup|volumes_from/,
  'host-binds': /volumes|device/,
  'engine-socket': /docker\.sock/,
  sysctls: /sysctls/,
  ports: /ports/,
  'external-networks': /network_mode|external/,
  'external-volumes': /external/,
  'container-names': /container_name/,
  runtimes: /runtime/,
  'log-drivers': /logging/,
};

type Denial = Verdict & { readonly lift: string };
const denialsIn = (verdicts: readonly Verdict[]): readonly Denial[] =>
  verdicts.filter((verdict): verdict is Denial => verdict.ruling === 'deny');

/** The same policy with the lines that the denials name, as the host's owner copies them. */
function withLines(policy: Policy, denials: readonly Denial[]): Policy {
  const lines = denials.map(({ lift }) => {
    const [, key = '', value = ''] = /^apps\.shop\.allow\.(\w+): (.*)$/s.exec(lift) ?? [];
    return [key, parse(value) as unknown] as const;
  });
  const own = allowSchema.parse({ ...policy.own, ...Object.fromEntries(lines) }) as Partial<Allowances>;
  return { ...policy, own };
}

/** What is not said of a denial as it must be. */
async function unfair(written: Written, policy: Policy, { verdicts, release }: Answer): Promise<readonly string[]> {
  const denials = denialsIn(verdicts);
  const text = `${written.yaml}${written.base ?? ''}`;
  const baseless = denials.filter(({ gate, reason }) => {
    const key = gate === 'keys' ? /`(?:\w+\.)*(\w+)`/.exec(reason)?.[1] : undefined;
    return !(key === undefined ? (keysOf[gate] ?? /$^/).test(text) : text.includes(key));
  });
  const again = denialsIn((await judged(written, withLines(policy, denials))).verdicts);
  const container = await made(release);
  // What the engine refuses shows nothing; and of some things the reader can say nothing.
  const isSeen = denials.some(
    ({ gate, reason }) =>
      !['keys', 'runtimes', 'external-networks', 'external-volumes'].includes(gate) && !reason.includes('`cgroup:'),
  );
  // One that is privileged has all of that anyway.
  const isPlain = container !== undefined && !container.HostConfig.Privileged;
  const harmless = isPlain && isSeen && (await excess(container, policy)).length === 0;
  return [
    ...baseless.map(({ gate, reason }) => `${gate} is not in the file: ${reason}`),
    ...again.map(({ lift, reason }) => `still denied with its line: ${reason} (${lift})`),
    ...(harmless ? [`denied, and nothing of it is in the container: ${denials.map(({ reason }) => reason)}`] : []),
  ];
}

/** What matters most is among the inputs, whatever chance brings. */
const outright = [
  'privileged: true',
  'pid: host',
  'network_mode: host',
  'cap_add: [SYS_ADMIN]',
  'volumes: ["/etc:/x"]',
  'volumes: ["/run/docker.sock:/s"]',
].map((ask): [Written, Policy] => [
  { yaml: `services: {web: {image: IMAGE, ${ask}}}` },
  policyOf('apps.shop.allow', { preset: 'homelab', general: presets.homelab }),
]);

const title = 'no container that the policy allowed has what it denies, and what it denied a container would have had';
test(title, { timeout: 60_000 + numRuns * 5_000 }, async () => {
  const seen = { allowed: 0, denied: 0, invalid: 0, made: 0, granted: 0 };
  await fc.assert(
    fc.asyncProperty(composeFiles, policies, async (written, policy) => {
      let answer: Answer;
      try {
        answer = await judged(written, policy);
      } catch (error) {
        if (!(error instanceof HarborError) || error.code === 'bug') throw error;
        seen.invalid += 1;
        return;
      }
      const isDenied = denialsIn(answer.verdicts).length > 0;
      seen[isDenied ? 'denied' : 'allowed'] += 1;
      if (isDenied) {
        expect(await unfair(written, policy, answer)).toEqual([]);
        return;
      }
      const container = await made(answer.release);
      if (container === undefined) return;
      seen.made += 1;
      if (answer.verdicts.some(({ ruling, gate }) => ruling === 'allow' && !['policy', 'registries'].includes(gate)))
        seen.granted += 1;
      expect(await excess(container, policy)).toEqual([]);
    }),
    { numRuns, seed, examples: outright },
  );
  process.stderr.write(`policy against engine: ${JSON.stringify(seen)}\n`);
  // A test in which nothing is allowed, or nothing denied, shows nothing.
  if (numRuns >= 60)
    for (const kind of ['denied', 'made', 'granted'] as const) expect(seen[kind]).toBeGreaterThan(numRuns / 50);
});

test('the reader finds what a policy let through, when it reads by a narrower one', { timeout: 120_000 }, async () => {
  const wide = policyOf('apps.shop.allow', { preset: 'trusted', general: presets.trusted });
  const narrow = policyOf('apps.shop.allow', { preset: 'strict', general: presets.strict });
  const yaml = `services: {web: {image: IMAGE, cap_add: [SYS_ADMIN], pid: host, security_opt: ["seccomp:unconfined", "systempaths=unconfined"], devices: [/dev/null],
    ports: ["80:80"], volumes: ["/etc:/x:ro", "disguised:/y", "outside:/z", "/run/docker.sock:/s"], networks: [foreign], sysctls: {net.core.somaxconn: 1},
    device_cgroup_rules: ["c 1:1 r"], container_name: PREFIX-mine, oom_score_adj: 500}}
networks: {foreign: {external: true, name: NETWORK}}
volumes: {disguised: {driver_opts: {type: none, o: bind, device: /etc}}, outside: {external: true, name: VOLUME}}`;
  const { release } = await judged({ yaml }, wide);
  const container = await made(release);
  if (container === undefined) throw new Error('the engine refused it');
  expect(await excess(container, wide)).toEqual([]);
  const found = (await excess(container, narrow)).join('\n');
  for (const what of [
    'capability',
    'PidMode host',
    'seccomp',
    'system paths',
    'device /dev/null',
    'port :80',
    'bind of /etc',
    'through',
    'socket',
    'network hmt',
    'volume hmt',
    'sysctl',
    'device rule',
    'name /',
    'oom_score_adj',
  ])
    expect(found).toContain(what);
});
