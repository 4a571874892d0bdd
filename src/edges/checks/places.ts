import { readFile } from 'node:fs/promises';
import type { Reach } from '../../model/observed.ts';
import type { CheckGround } from '../../ports.ts';

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** One thing to ask, and every way to it that may be open from here. */
export interface Target {
  /** A container's name; undefined: a host that is no service of the app. */
  readonly name: string | undefined;
  readonly places: readonly Place[];
}

/**
 * Where a host and port of a check lead. A service of the app means each of its containers: at its own addresses, which the host of the engine can reach,
 * and where its port is published, which also a Harbormaster in a container can. Any other host is taken as it is.
 */
export async function targetsOf({ host, port }: Place, ground: CheckGround): Promise<readonly Target[]> {
  if (!ground.services.includes(host)) return [{ name: undefined, places: [{ host, port }] }];
  const gateway = await defaultGateway();
  return (await ground.reach(host)).map((container) => ({
    name: container.name,
    places: placesOf(container, port, gateway),
  }));
}

function placesOf({ addresses, published }: Reach, port: number, gateway: string | undefined): readonly Place[] {
  const own = addresses.map((host) => ({ host, port }));
  const passedOn = published
    .filter((binding) => binding.port === port)
    .flatMap(({ hostIp, hostPort }) => hostsOf(hostIp, gateway).map((host) => ({ host, port: hostPort })));
  return [...own, ...passedOn];
}

/** A port that is published everywhere is on the loopback of the host; from inside a container the host is the gateway. */
function hostsOf(hostIp: string, gateway: string | undefined): readonly string[] {
  if (hostIp === '::') return ['::1'];
  if (hostIp !== '' && hostIp !== '0.0.0.0') return [hostIp];
  return ['127.0.0.1', ...(gateway === undefined ? [] : [gateway])];
}

/** Source: proc_pid_net(5): hexadecimal, the bytes in the order of the machine, which is little endian wherever Docker runs. */
async function defaultGateway(): Promise<string | undefined> {
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const line = routes.split('\n').find((route) => /^\S+\t00000000\t[0-9A-F]{8}\t/.test(route));
  const address = line?.split('\t')[2];
  return address && [6, 4, 2, 0].map((at) => Number.parseInt(address.slice(at, at + 2), 16)).join('.');
}
