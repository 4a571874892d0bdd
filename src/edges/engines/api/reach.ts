import * as z from 'zod';
import type { Reach } from '../../../model/observed.ts';
import { type EngineApi, segment } from './client.ts';
import { inBatches } from './in-batches.ts';
import { shaped } from './shape.ts';

const text = z.string().default('');
const binding = z.object({ HostIp: text, HostPort: text });
const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Running: z.boolean() }),
  HostConfig: z.object({ NetworkMode: text }),
  NetworkSettings: z
    .object({
      Ports: z.record(z.string(), z.array(binding).nullish()).nullish(),
      Networks: z.record(z.string(), z.object({ IPAddress: text, GlobalIPv6Address: text }).nullable()).nullish(),
    })
    .nullish(),
});

type Inspected = z.output<typeof inspected>;

const shares = 'container:';

/** Those that run. One that lives in another one's network is reached as that one is. */
export async function reachOf(api: EngineApi, ids: readonly string[]): Promise<readonly Reach[]> {
  const found = await inBatches(ids, async (id): Promise<readonly Reach[]> => {
    const container = await inspect(api, id);
    if (container === undefined || !container.State.Running) return [];
    const { NetworkMode } = container.HostConfig;
    const host = NetworkMode.startsWith(shares) ? await inspect(api, NetworkMode.slice(shares.length)) : container;
    return [{ ...placesOf(host ?? container), id: container.Id, name: container.Name.replace(/^\//, '') }];
  });
  return found.flat();
}

async function inspect(api: EngineApi, id: string): Promise<Inspected | undefined> {
  const found = await api.json({ method: 'GET', path: `/containers/${segment(id)}/json`, accept: [404] });
  return found === undefined ? undefined : shaped(inspected, found, "the engine's answer about a container");
}

function placesOf({ HostConfig, NetworkSettings }: Inspected): Pick<Reach, 'addresses' | 'published'> {
  if (HostConfig.NetworkMode === 'host') return { addresses: ['127.0.0.1'], published: [] };
  const networks = Object.values(NetworkSettings?.Networks ?? {});
  const addresses = networks.flatMap((network) => [network?.IPAddress ?? '', network?.GlobalIPv6Address ?? '']);
  return {
    addresses: addresses.filter((address) => address !== ''),
    published: Object.entries(NetworkSettings?.Ports ?? {}).flatMap(([port, bindings]) =>
      (bindings ?? []).flatMap(({ HostIp, HostPort }) => publishedPort(port, HostIp, HostPort)),
    ),
  };
}

/** `80/tcp`. */
function publishedPort(port: string, hostIp: string, hostPort: string): Reach['published'] {
  const [number, protocol] = port.split('/');
  return protocol === 'tcp' && hostPort !== '' ? [{ port: Number(number), hostIp, hostPort: Number(hostPort) }] : [];
}
