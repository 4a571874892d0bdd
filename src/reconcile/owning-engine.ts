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
  let last: { readonly of: unknown; readonly at: string; readonly claims: ReturnType<typeof claimsOf> } | undefined;
  const claims = () => {
    const of = all();
    const at = [...atWork].join();
    if (last?.of !== of || last.at !== at) last = { of, at, claims: claimsOf(of, instance, atWork) };
    return last.claims;
  };
  return instead(engine, {
    async observe() {
      const found = await engine.observe();
      const known = claims();
      const observed = claimObserved(found, known);
      const asked = doubtful(observed, known);
      return asked.length === 0 ? observed : withMisread(observed, await engine.lastStarts(asked), known);
    },
    inspect: async (ids) => claimReports(await engine.inspect(ids), claims()),
    networks: async (project) => claimNetworks(await engine.networks(project), claims()),
  });
}
