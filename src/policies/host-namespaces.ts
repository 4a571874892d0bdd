import type { ComposeService } from '../model/compose-model.ts';
import type { Gate } from '../model/verdict.ts';
import { perService } from './per-service.ts';

const keys = ['network_mode', 'pid', 'ipc', 'uts', 'userns_mode', 'cgroup'] as const;

/** Namespaces of the host, or of a container that is not of this app, undo the isolation. */
export const hostNamespaces: Gate = {
  name: 'host-namespaces',
  judge: (input) =>
    perService(input, 'host_namespaces', ({ service, build }) => [
      ...keys.filter((key) => service[key] === 'host').map((key) => `joins the host’s namespace (\`${key}: host\`)`),
      ...foreign(service),
      ...(build['network'] === 'host' ? ['is built in the host’s network (`build.network: host`)'] : []),
    ]),
};

const foreign = (service: ComposeService): readonly string[] => [
  ...keys
    .filter((key) => service[key]?.startsWith('container:'))
    .map((key) => `joins a container outside this app (\`${key}: ${service[key]}\`)`),
  ...(service.volumes_from ?? [])
    .filter((from) => from.startsWith('container:'))
    .map((from) => `mounts the volumes of ${from}, outside this app`),
];
