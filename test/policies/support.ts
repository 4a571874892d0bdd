import { policyOf } from '../../src/core/policy.ts';
import { presets } from '../../src/core/presets.ts';
import type { ComposeModel } from '../../src/model/compose-model.ts';
import type { Allowances, Policy, PresetName } from '../../src/model/policy.ts';
import type { Release } from '../../src/model/release.ts';
import type { Gate, GateInput, Verdict } from '../../src/model/verdict.ts';
import { app, folders, release } from '../support/builders.ts';

export const ownPaths = [folders.live, '/state/apps/shop/data', '/state/apps/shop/cache'];

interface Judged {
  readonly preset?: PresetName;
  /** What the host says in place of the preset. */
  readonly host?: Partial<Allowances>;
  readonly allow?: Partial<Allowances>;
  readonly release?: Partial<Release>;
  readonly links?: Readonly<Record<string, string>>;
}

export function policy({ preset = 'homelab', host = {}, allow = {} }: Judged = {}): Policy {
  const general = { ...presets[preset], ...host };
  return policyOf('apps.shop.allow', { preset, general, own: allow, changed: Object.keys(host) as [] });
}

export function input(model: ComposeModel, judged: Judged = {}): GateInput {
  return {
    app: app({ policy: policy(judged) }),
    plan: { app: 'shop', project: 'shop', release: undefined, steps: [] },
    release: release(judged.release),
    model,
    ownPaths,
    real: (path) => judged.links?.[path] ?? path,
    at: new Date(0),
  };
}

export const judge = (gate: Gate, model: ComposeModel, judged: Judged = {}): readonly Verdict[] =>
  gate.judge(input(model, judged));

/** `deny web: why → what lifts it` */
export const lines = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map(
    ({ ruling, service = 'app', reason, lift }) =>
      `${ruling} ${service}: ${reason}${lift === undefined ? '' : ` → ${lift}`}`,
  );
