import { claimNetworks, claimObserved, claimReports, claimsOf, doubtful, withMisread } from '../core/claims.ts';
import { instead } from '../core/instead.ts';
import type { Engine } from '../ports.ts';
import type { Journal } from './journal.ts';

/**
 * The engine as the log sees it: what was adopted is ours without a label, what was forgotten is not ours in spite of one, and what changed content was
 * brought to is at another digest than its label says.
 */
export function owningEngine(
  engine: Engine,
  { all, atWork }: Pick<Journal, 'all' | 'atWork'>,
  instance: string,
): Engine {
  let known: { readonly of: unknown; readonly at: string; readonly claims: ReturnType<typeof claimsOf> } | undefined;
  const claims = () => {
    const of = all();
    const at = [...atWork].join();
    if (known?.of !== of || known.at !== at) known = { of, at, claims: claimsOf(of, instance, atWork) };
    return known.claims;
  };
  return instead(engine, {
    async observe() {
      const observed = claimObserved(await engine.observe(), claims());
      const asked = doubtful(observed, claims());
      return asked.length === 0 ? observed : withMisread(observed, await engine.inspect(asked), claims());
    },
    inspect: async (ids) => claimReports(await engine.inspect(ids), claims()),
    networks: async (project) => claimNetworks(await engine.networks(project), claims()),
  });
}
