import type { Gate, GateInput, Verdict } from '../model/verdict.ts';
import { type HostPath, hostPathsOf, isSocketPath, isWithin } from './host-paths.ts';
import { lineToAdd } from './line-to-add.ts';

const gate = 'host-binds';

/** Files of the host belong to the host: an app sees its own folders, and what the host's owner allows. */
export const hostBinds: Gate = {
  name: gate,
  judge(input) {
    const { allow } = input.app;
    const reached = Object.keys(input.model.services).flatMap((service) =>
      foreignPaths(service, input).map((path) => ({
        service,
        path,
        allowed: allow.host_binds.some((entry) => permits(entry, path)),
      })),
    );
    const denied = reached
      .filter(({ allowed }) => !allowed)
      .map(({ path }) => (path.readOnly ? `${path.path}:ro` : path.path));
    return reached.map(({ service, path: { path, readOnly, through }, allowed }): Verdict => {
      const reason = `reaches ${path} of this host${readOnly ? '' : ', writable'}, through ${through}`;
      return allowed
        ? { gate, ruling: 'allow', service, reason: `${reason} (allowed by this host)`, lift: undefined }
        : { gate, ruling: 'deny', service, reason, lift: lineToAdd(input.app, 'host_binds', denied) };
    });
  },
};

function foreignPaths(service: string, { model, ownPaths }: GateInput): readonly HostPath[] {
  const definition = model.services[service] ?? {};
  return hostPathsOf(definition, model).filter(
    ({ path }) => !isSocketPath(path) && !ownPaths.some((own) => isWithin(own, path)),
  );
}

function permits(entry: string, { path, readOnly }: HostPath): boolean {
  const onlyReading = entry.endsWith(':ro');
  return isWithin(entry.replace(/:(ro|rw)$/, '').replace(/(?<=.)\/+$/, ''), path) && (readOnly || !onlyReading);
}
