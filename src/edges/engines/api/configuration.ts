import * as z from 'zod';
import type { ContainerConfiguration } from '../../../model/observed.ts';
import { attachmentText, endpoint } from './attachment.ts';
import { type EngineApi, segment } from './client.ts';
import { composeLabels } from './container-words.ts';
import { inBatches } from './in-batches.ts';
import { readLimits, readRestart } from './limits.ts';
import { shaped } from './shape.ts';

const texts = z.array(z.string()).nullish();
const text = z.string().default('');
const flag = z.boolean().default(false);
const mount = z.object({ Type: z.string(), Name: text, Source: text, Destination: z.string(), RW: z.boolean() });
const binding = z.object({ HostIp: text, HostPort: text });
const device = z.object({ PathOnHost: z.string(), PathInContainer: z.string(), CgroupPermissions: text });

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  Config: z.object({
    Hostname: z.string().default(''),
    User: text,
    WorkingDir: text,
    Cmd: texts,
    Entrypoint: texts,
    Env: texts,
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.looseObject({
    NetworkMode: text,
    PortBindings: z.record(z.string(), z.array(binding).nullish()).nullish(),
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: z.number().default(0) }).nullish(),
    Privileged: flag,
    ReadonlyRootfs: flag,
    CapAdd: texts,
    CapDrop: texts,
    SecurityOpt: texts,
    Devices: z.array(device).nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    PidMode: text,
    IpcMode: text,
  }),
  Mounts: z.array(mount).nullish(),
  NetworkSettings: z.object({ Networks: z.record(z.string(), endpoint.nullable()).nullish() }).nullish(),
});

type Inspected = z.output<typeof inspected>;
type HostConfig = Inspected['HostConfig'];
type Fields = Readonly<Record<string, string>>;

/** Undefined for a container that is gone. */
export async function configurationOf(api: EngineApi, id: string): Promise<ContainerConfiguration | undefined> {
  const found = await api.json({ method: 'GET', path: `/containers/${segment(id)}/json`, accept: [404] });
  return found === undefined ? undefined : readConfiguration(found);
}

export async function configurations(
  api: EngineApi,
  ids: readonly string[],
): Promise<readonly ContainerConfiguration[]> {
  const found = await inBatches(ids, (id) => configurationOf(api, id));
  return found.filter((configuration) => configuration !== undefined);
}

/**
 * What a container was made and altered with; never what its state brings, so that a stop or a restart changes nothing. What is at its default is
 * left out, as is what newer engines have by default: an upgrade of the engine is no change.
 */
export function readConfiguration(answer: unknown): ContainerConfiguration {
  const container = shaped(inspected, answer, "the engine's answer about a container");
  const { Config, HostConfig } = container;
  const fields = {
    ...present({
      user: Config.User,
      working_dir: Config.WorkingDir === '/' ? undefined : Config.WorkingDir,
      command: listed(Config.Cmd),
      entrypoint: listed(Config.Entrypoint),
      ...readLimits(HostConfig),
      restart: readRestart(HostConfig.RestartPolicy?.Name ?? '', HostConfig.RestartPolicy?.MaximumRetryCount ?? 0),
      ...privileges(HostConfig),
    }),
    ...environment(Config.Env ?? []),
    ...mounts(container),
    ...networks(container),
    ...ports(HostConfig),
  };
  return { id: container.Id, fields };
}

const present = (fields: Readonly<Record<string, string | undefined>>): Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );

const listed = (words: readonly string[] | null | undefined): string | undefined =>
  words?.length ? JSON.stringify(words) : undefined;

const privileges = (host: HostConfig) => ({
  privileged: host.Privileged ? 'true' : undefined,
  read_only: host.ReadonlyRootfs ? 'true' : undefined,
  cap_add: joined((host.CapAdd ?? []).map(capability)),
  cap_drop: joined((host.CapDrop ?? []).map(capability)),
  security_opt: joined(host.SecurityOpt ?? []),
  devices: joined(
    (host.Devices ?? []).map((of) => `${of.PathOnHost}:${of.PathInContainer}:${of.CgroupPermissions || 'rwm'}`),
  ),
  pid_mode: host.PidMode,
  ipc_mode: ['private', 'shareable'].includes(host.IpcMode) ? undefined : host.IpcMode,
});

const joined = (words: readonly string[]): string => words.toSorted().join(',');
/** Some versions of the engine keep the word as it was given, others spell it out. */
const capability = (word: string): string => word.toUpperCase().replace(/^CAP_/, '');

/** A variable that is set to nothing is not at its default: it would not be there. */
function environment(variables: readonly string[]): Fields {
  return Object.fromEntries(
    variables.map((variable) => {
      const [name = '', ...value] = variable.split('=');
      return [`environment.${name}`, value.join('=')];
    }),
  );
}

const anonymous = /^[0-9a-f]{64}$/;

function mounts({ Mounts, HostConfig }: Inspected): Fields {
  const targets = Object.keys(HostConfig.Tmpfs ?? {}).map((target) => [target, 'tmpfs'] as const);
  const told = (Mounts ?? []).map((of) => [of.Destination, mountText(of)] as const);
  return Object.fromEntries([...targets, ...told].map(([target, mounted]) => [`mounts.${target}`, mounted]));
}

function mountText({ Type, Name, Source, RW }: z.output<typeof mount>): string {
  if (Type === 'tmpfs') return Type;
  const volume = anonymous.test(Name) ? '(anonymous)' : Name;
  return `${Type}:${Type === 'volume' ? volume : Source}:${RW ? 'rw' : 'ro'}`;
}

/** The engine lists the first two among the networks; none of these is an attachment that could be made or taken away. */
const isOwnNetwork = (mode: string): boolean =>
  mode !== 'host' && mode !== 'none' && mode !== 'disabled' && !mode.startsWith('container:');

function networks({ Id, Name, Config, HostConfig, NetworkSettings }: Inspected): Fields {
  const mode = HostConfig.NetworkMode;
  if (!isOwnNetwork(mode)) return { network_mode: mode };
  const own = new Set([Id.slice(0, 12), Name.slice(1), Config.Hostname, composeName(Config.Labels ?? {})]);
  const attached = Object.entries(NetworkSettings?.Networks ?? {});
  return Object.fromEntries(attached.map(([name, of]) => [`networks.${name}`, attachmentText(of ?? {}, own)]));
}

/** Compose makes a container's name an alias too, which a later renaming does not change. */
const composeName = (labels: Readonly<Record<string, string>>): string =>
  [composeLabels.project, composeLabels.service, composeLabels.number].map((label) => labels[label]).join('-');

/** A port of 0 or none is one that the engine chooses anew at each start. */
function ports({ PortBindings }: HostConfig): Fields {
  const bound = Object.entries(PortBindings ?? {}).filter(([, bindings]) => bindings?.length);
  return Object.fromEntries(bound.map(([port, bindings]) => [`ports.${port}`, joined((bindings ?? []).map(address))]));
}

function address({ HostIp, HostPort }: z.output<typeof binding>): string {
  const host = HostIp.includes(':') ? `[${HostIp}]` : HostIp || '0.0.0.0';
  return `${host}:${HostPort === '0' ? '' : HostPort}`;
}
