import type { ComposeModel, ComposeNetwork } from '../model/compose-model.ts';
import type { GateInput } from '../model/verdict.ts';
import { asksOf } from './asks.ts';

interface Declared {
  readonly key: string;
  /** As the engine knows it. */
  readonly name: string;
  readonly network: ComposeNetwork;
}

const declared = ({ name: project, networks = {} }: ComposeModel): readonly Declared[] =>
  Object.entries(networks).map(([key, network]) => ({
    key,
    name: network?.name ?? (network?.external === true ? key : `${project}_${key}`),
    network: network ?? {},
  }));

/** Those that the app makes itself. */
export const ownNetworks = (model: ComposeModel): readonly Declared[] =>
  declared(model).filter(({ network }) => network.external !== true);

/** A network that is not the app's own, as far as its name tells, and who joins it. */
export interface Joined {
  /** Undefined: it is declared, for whoever in the app. */
  readonly service: string | undefined;
  readonly name: string;
  readonly how: string;
}

/**
 * What `network_mode` may be besides a network's name; `bridge` is the one that every container without a network of its own is in.
 * For `disabled` Compose tells the engine to make no network at all, whatever network has this name.
 */
const modes = /^(?:none|disabled|host|(?:service|container):.*)?$/s;

/** External ones, those with a name of the author's choice (Compose takes what is there), and the `network_mode` that is a network's name. */
export const othersNetworks = (input: Pick<GateInput, 'model' | 'release'>): readonly Joined[] => [
  ...declared(input.model)
    .filter(({ key, name, network }) => network.external === true || name !== `${input.model.name}_${key}`)
    .map(({ key, name }) => ({ service: undefined, name, how: `the network ${key} is ${name}` })),
  ...asksOf(input).flatMap(({ name: service, service: { network_mode: mode = '' } }) =>
    modes.test(mode) ? [] : [{ service, name: mode, how: `joins the network ${mode} (\`network_mode\`)` }],
  ),
];

/** The host's own network, or what may be its id: the engine takes the first digits of one for the network itself. */
export const isHostsNetwork = (name: string): boolean => name === 'host' || /^[0-9a-f]+$/.test(name);
