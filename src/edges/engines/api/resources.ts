import * as z from 'zod';
import { labels } from '../../../core/labels.ts';
import type { ObservedNetwork, ObservedVolume } from '../../../model/observed.ts';
import { type EngineApi, segment } from './client.ts';
import { composeLabels } from './container-words.ts';
import { projectFilter } from './observe.ts';
import { shaped } from './shape.ts';

const labelled = { Labels: z.record(z.string(), z.string()).nullish() };
const networkList = z.array(z.object({ Id: z.string(), Name: z.string(), ...labelled })).nullable();
const volumeList = z.object({ Volumes: z.array(z.object({ Name: z.string(), ...labelled })).nullish() });

export async function listNetworks(api: EngineApi, project: string): Promise<readonly ObservedNetwork[]> {
  const answer = await api.json({ method: 'GET', path: '/networks', query: { filters: projectFilter(project) } });
  return (shaped(networkList, answer, 'the list of networks') ?? []).map(({ Id, Name, Labels }) => ({
    id: Id,
    name: Name,
    project: Labels?.[composeLabels.project],
    key: Labels?.[composeLabels.network],
    instance: Labels?.[labels.instance],
    digest: Labels?.[labels.digest],
  }));
}

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
