import { matchesEntry } from './asks.ts';
import { isHostsNetwork, othersNetworks } from './networks.ts';
import { gateOf } from './rule.ts';

/** Where other apps can be met. The host's own network is `host_namespaces`’ business. */
export const externalNetworks = gateOf({
  allowance: 'external_networks',
  find: (input) =>
    othersNetworks(input)
      .filter(({ name }) => !isHostsNetwork(name))
      .map(({ service, name, how }) => ({ service, reason: `${how}, which is not this app’s own`, entry: name })),
  fits: matchesEntry,
});
