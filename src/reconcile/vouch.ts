import { canonical } from '../core/digest.ts';
import { assertFollows, assertNotLower, basesOf, signerOf } from '../core/provenance.ts';
import type { App } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { Revision } from '../model/revision.ts';
import type { Source } from '../ports.ts';

/** The revision with its signer, once everything that the app asks of its origin is so. Throws `source-unverified` or `history-rewritten`. */
export async function vouched(
  app: App,
  revision: Revision,
  history: AppHistory | undefined,
  source: Source,
): Promise<Revision> {
  assertNotLower(app, revision, history);
  const { verify } = app;
  if (verify === undefined) return revision;
  const since = history?.deployed?.commit;
  const provenance = await source.provenance({ app, verify, revision, since, bases: basesOf(history) });
  const signer = signerOf(provenance, verify);
  if (verify.descendantsOnly) assertFollows(app, revision, history, provenance.follows);
  return { ...revision, signer };
}

/** What a revision's being vouched for depends on besides its commit. */
export function trustOf({ ref, verify }: App, history: AppHistory | undefined): string {
  if (verify === undefined && ref.kind !== 'range') return '';
  const { commit, ref: from } = history?.deployed ?? {};
  return canonical({ verify: verify ?? null, commit: commit ?? null, from: from ?? null, bases: basesOf(history) });
}
