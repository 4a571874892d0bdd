import type { ComposeService } from '../model/compose-model.ts';
import type { GateInput, Verdict } from '../model/verdict.ts';
import { lineToAdd } from './line-to-add.ts';

type ServiceAllowance = 'privileged' | 'host_namespaces' | 'engine_socket';

/** What a service asks of the host: its definition, and the `build:` section that its image is made by. */
export interface Asks {
  readonly service: ComposeService;
  readonly build: Readonly<Record<string, unknown>>;
}

/** Judges each service; a finding is allowed where the host's configuration names the service, else denied with the line to add. */
export function perService(
  { app, model, release }: GateInput,
  allowance: ServiceAllowance,
  findings: (asks: Asks) => readonly string[],
): readonly Verdict[] {
  const gate = allowance.replaceAll('_', '-');
  const allowed: readonly string[] = app.allow[allowance];
  const found = Object.entries(model.services).flatMap(([name, service]) => {
    const build = release.builds.find((candidate) => candidate.service === name)?.section ?? {};
    return findings({ service, build }).map((reason) => ({ service: name, reason }));
  });
  const denied = found.map(({ service }) => service).filter((service) => !allowed.includes(service));
  return found.map(
    ({ service, reason }): Verdict =>
      allowed.includes(service)
        ? { gate, ruling: 'allow', service, reason: `${reason} (allowed by this host)`, lift: undefined }
        : { gate, ruling: 'deny', service, reason, lift: lineToAdd(app, allowance, denied) },
  );
}
