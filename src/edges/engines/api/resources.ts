import * as z from 'zod';
import { labels } from '../../../core/labels.ts';
import type { NetworkSettings, ObservedNetwork, ObservedVolume } from '../../../model/observed.ts';
import { type EngineApi, segment } from './client.ts';
import { composeLabels } from './container-words.ts';
import { projectFilter } from './observe.ts';
import { shaped } from './shape.ts';

const labelled = { Labels: z.record(z.string(), z.string()).nullish() };
const flag = z.boolean().default(false);
const texts = z.record(z.string(), z.string());
const pool = z.object({
  Subnet: z.string().optional(),
  Gateway: z.string().optional(),
  IPRange: z.string().optional(),
});
const network = z.object({
  Id: z.string(),
  Name: z.string(),
  Driver: z.string().default(''),
  Internal: flag,
  Attachable: flag,
  EnableIPv6: flag,
  Options: texts.nullish(),
  IPAM: z.object({ Driver: z.string().default(''), Config: z.array(pool).nullish() }).nullish(),
  ...labelled,
});
const networkList = z.array(network).nullable();
const volumeList = z.object({ Volumes: z.array(z.object({ Name: z.string(), ...labelled })).nullish() });

export async function listNetworks(api: EngineApi, project: string): Promise<readonly ObservedNetwork[]> {
  const answer = await api.json({ method: 'GET', path: '/networks', query: { filters: projectFilter(project) } });
  return (shaped(networkList, answer, 'the list of networks') ?? []).map((found) => ({
    id: found.Id,
    name: found.Name,
    project: found.Labels?.[composeLabels.project],
    key: found.Labels?.[composeLabels.network],
    instance: found.Labels?.[labels.instance],
    digest: found.Labels?.[labels.digest],
    settings: settingsOf(found),
  }));
}

const settingsOf = (found: z.output<typeof network>): NetworkSettings => ({
  driver: found.Driver,
  internal: found.Internal,
  attachable: found.Attachable,
  ipv6: found.EnableIPv6,
  options: found.Options ?? {},
  ipamDriver: found.IPAM?.Driver ?? '',
  pools: (found.IPAM?.Config ?? []).map(({ Subnet, Gateway, IPRange }) => ({
    ...(Subnet && { subnet: Subnet }),
    ...(Gateway && { gateway: Gateway }),
    ...(IPRange && { ip_range: IPRange }),
  })),
});

export async function listVolumes(api: EngineApi, project: string): Promise<readonly ObservedVolume[]> {
  const answer = await api.json({ method: 'GET', path: '/volumes', query: { filters: projectFilter(project) } });
  return (shaped(volumeList, answer, 'the list of volumes').Volumes ?? []).map(({ Name, Labels }) => ({
    name: Name,
    project: Labels?.[composeLabels.project],
    key: Labels?.[composeLabels.volume],
  }));
}

export async function removeNetwork(api: EngineApi, id: string): Promise<void> {
  await api.send({ method: 'DELETE', path: `/networks/${segment(id)}`, accept: [404] });
}
