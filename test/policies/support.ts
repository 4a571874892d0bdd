import type { App } from '../../src/model/app.ts';
import type { ComposeModel } from '../../src/model/compose-model.ts';
import type { Release } from '../../src/model/release.ts';
import type { Gate, Verdict } from '../../src/model/verdict.ts';
import { app, folders, release } from '../support/builders.ts';

export const ownPaths = [folders.live, '/state/apps/shop/data', '/state/apps/shop/cache'];

interface Judged {
  readonly allow?: Partial<App['allow']>;
  readonly release?: Partial<Release>;
}

export function judge(gate: Gate, model: ComposeModel, { allow, release: more }: Judged = {}): readonly Verdict[] {
  const none = app().allow;
  return gate.judge({
    app: app({ allow: { ...none, ...allow } }),
    plan: { app: 'shop', project: 'shop', release: undefined, steps: [] },
    release: release(more),
    model,
    ownPaths,
    at: new Date(0),
  });
}

/** `deny web: why → what lifts it` */
export const lines = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map(
    ({ ruling, service, reason, lift }) => `${ruling} ${service}: ${reason}${lift === undefined ? '' : ` → ${lift}`}`,
  );
