import { HarborError } from '../errors.ts';
import type { ComposeBuild, ComposeModel, ComposeService } from '../model/compose-model.ts';
import { reservedLabels } from './labels.ts';

interface Refusal {
  readonly applies: (service: ComposeService) => boolean;
  readonly what: string;
  readonly hint: string;
}

const ownersLabels = {
  what: 'sets labels that belong to Harbormaster or Compose',
  hint: `Labels that start with ${reservedLabels.join(' or ')} decide who owns what. Choose other names.`,
};

const refusals: readonly Refusal[] = [
  {
    applies: (service) => service['provider'] !== undefined,
    what: 'uses `provider`, which runs a program of the repository’s choice on the host as root',
    hint: 'Run what the provider does as an ordinary service instead.',
  },
  {
    applies: (service) => service['use_api_socket'] === true,
    what: 'uses `use_api_socket`, which hands the engine’s socket and registry credentials to the container',
    hint: 'Mount the socket as a volume and let the host’s owner allow it under `allow.engine_socket`.',
  },
  {
    applies: (service) => Object.keys(service.labels ?? {}).some(isReserved),
    ...ownersLabels,
  },
  {
    applies: ({ build }) => contextsOf(build).some(isElsewhere),
    what: 'builds from a context on another machine, or from another service',
    hint: 'Commit the build context to the repository: what is deployed must be what was committed.',
  },
];

/** Features that no allowance of the host can permit. Judged on the rendered model, so that no include or alias hides them. */
export function refuseAlways(model: ComposeModel): void {
  for (const [name, service] of Object.entries(model.services)) {
    const refusal = refusals.find(({ applies }) => applies(service));
    if (refusal) throw refused(`service ${name} ${refusal.what}`, refusal.hint);
  }
  for (const kind of ['networks', 'volumes'] as const) {
    for (const [key, definition] of Object.entries(model[kind] ?? {})) {
      if (Object.keys(definition?.labels ?? {}).some(isReserved)) {
        throw refused(`${kind}.${key} ${ownersLabels.what}`, ownersLabels.hint);
      }
    }
  }
}

const refused = (message: string, hint: string): HarborError =>
  new HarborError(message, { code: 'compose-refused', hint });

const isReserved = (label: string): boolean => reservedLabels.some((prefix) => label.startsWith(prefix));

const contextsOf = (build: ComposeBuild | undefined): readonly string[] => [
  build?.context ?? '/',
  ...Object.values(build?.additional_contexts ?? {}),
];

/** A rendering makes every path absolute, so whatever is not one names something else. Images are like `FROM`. */
const isElsewhere = (context: string): boolean => !context.startsWith('/') && !context.startsWith('docker-image://');
