import type { ComposeService } from '../model/compose-model.ts';
import { type Asks, byService, namesService } from './asks.ts';
import { isHostsNetwork, othersNetworks } from './networks.ts';
import { type Finding, gateOf } from './rule.ts';

type Joining = Finding & { readonly network?: string };

/** Namespaces of the host, or of a container that is not of this app, undo the isolation. */
export const hostNamespaces = gateOf<Joining>({
  allowance: 'host_namespaces',
  find: (input) => [
    ...byService(input, reasons),
    ...othersNetworks(input)
      .filter(({ name }) => isHostsNetwork(name))
      .flatMap(({ service, name, how }) => {
        const what = name === 'host' ? 'the host’s own' : 'which may be the id of the host’s own';
        const joining = service === undefined ? Object.keys(input.model.services) : [service];
        return joining.map((each) => ({ service: each, reason: `${how}, ${what}`, entry: each, network: name }));
      }),
  ],
  fits: namesService,
  // Some network is called `cafe`: then its name must stand there, and not just fit a pattern.
  besides: { allowance: 'external_networks', fits: (entry, { network }) => network !== 'host' && entry === network },
});

/** Values of each that stay inside the app; `network_mode` may name a network besides, which has gates of its own. */
const inside = {
  network_mode: /^(?!host$|container:)/s,
  pid: /^(?:service:.*)?$/s,
  ipc: /^(?:none|private|shareable|service:.*)?$/s,
  uts: /^$/,
  userns_mode: /^$/,
  cgroup: /^(?:private)?$/,
} as const;

const keys = ['network_mode', 'pid', 'ipc', 'uts', 'userns_mode', 'cgroup'] as const;

const reasons = ({ service, build }: Asks): readonly string[] => [
  ...keys.filter((key) => !inside[key].test(service[key] ?? '')).map((key) => joins(key, service[key] ?? '')),
  ...(service.volumes_from ?? [])
    .filter((from) => from.startsWith('container:'))
    .map((from) => `mounts the volumes of ${from}, outside this app`),
  ...propagation(service),
  ...network(build['network']),
];

const joins = (key: (typeof keys)[number], value: string): string =>
  value.startsWith('container:')
    ? `joins a container outside this app (\`${key}: ${value}\`)`
    : `joins the host’s namespace (\`${key}: ${value}\`)`;

/** What such a container mounts, the host has mounted, too. */
const propagation = ({ volumes = [] }: ComposeService): readonly string[] =>
  volumes.flatMap(({ target, bind }) => {
    const found = bind !== null && typeof bind === 'object' && 'propagation' in bind ? String(bind.propagation) : '';
    return /shared$/.test(found)
      ? [`shares what is mounted at ${target} with the host (\`propagation: ${found}\`)`]
      : [];
  });

function network(of: unknown): readonly string[] {
  if (of === undefined || of === null || of === '' || of === 'none' || of === 'default') return [];
  return of === 'host'
    ? ['is built in the host’s network (`build.network: host`)']
    : [`is built in a network outside this app (\`build.network: ${String(of)}\`)`];
}
