import { claimNetworks, claimObserved, claimReports, claimsOf } from '../core/claims.ts';
import { instead } from '../core/instead.ts';
import type { HostSnapshot } from '../model/entry.ts';
import type { Engine } from '../ports.ts';

/** The engine as the log sees it: what was adopted is ours without a label, what was forgotten is not ours in spite of one. */
export function owningEngine(engine: Engine, history: () => HostSnapshot, instance: string): Engine {
  let known: { readonly of: HostSnapshot; readonly claims: ReturnType<typeof claimsOf> } | undefined;
  const claims = () => {
    const of = history();
    if (known?.of !== of) known = { of, claims: claimsOf(of, instance) };
    return known.claims;
  };
  return instead(engine, {
    observe: async () => claimObserved(await engine.observe(), claims()),
    inspect: async (ids) => claimReports(await engine.inspect(ids), claims()),
    networks: async (project) => claimNetworks(await engine.networks(project), claims()),
  });
}
