import { grantor, isEveryones } from '../core/policy.ts';
import type { ListAllowance } from '../model/policy.ts';
import type { Gate, GateInput, Verdict } from '../model/verdict.ts';
import { lineToAdd } from './line-to-add.ts';

/** Something that an app asks of the host. */
export interface Finding {
  /** Undefined: the app as a whole. */
  readonly service: string | undefined;
  /** After the service's name, without a full stop. */
  readonly reason: string;
  /** The entry that allows just this. */
  readonly entry: string;
}

/** What one allowance is about: how it is found in a model, and whether an entry covers it. */
export interface Rule<F extends Finding> {
  readonly allowance: ListAllowance;
  find(input: GateInput): readonly F[];
  fits(entry: string, finding: F, input: GateInput): boolean;
  /** An allowance that covers it as well. */
  readonly besides?: {
    readonly allowance: ListAllowance;
    fits(entry: string, finding: F, input: GateInput): boolean;
  };
}

/** Nothing is said of what the preset `strict` lets every container do; everything else is allowed by somebody's word, or denied with the line to add. */
export const gateOf = <F extends Finding>(rule: Rule<F>): Gate => ({
  name: rule.allowance.replaceAll('_', '-'),
  judge(input) {
    const found = rule
      .find(input)
      .filter((finding) => !isEveryones(rule.allowance, (entry) => rule.fits(entry, finding, input)))
      .map((finding) => ({ finding, by: whoAllows(rule, finding, input) }));
    const denied = found.flatMap(({ finding, by }) => (by === undefined ? [finding.entry] : []));
    return found.map((each) => verdict(rule, each, lineToAdd(input.app.policy, rule.allowance, denied)));
  },
});

interface Judged {
  readonly finding: Finding;
  readonly by: string | undefined;
}

function verdict({ allowance }: { allowance: ListAllowance }, { finding, by }: Judged, line: string): Verdict {
  const gate = allowance.replaceAll('_', '-');
  const { service, reason } = finding;
  return by === undefined
    ? { gate, ruling: 'deny', service, reason, lift: line }
    : { gate, ruling: 'allow', service, reason: `${reason} (allowed by ${by})`, lift: undefined };
}

function whoAllows<F extends Finding>(rule: Rule<F>, finding: F, input: GateInput): string | undefined {
  const { policy } = input.app;
  const { besides } = rule;
  const by = grantor(policy, rule.allowance, (entry) => rule.fits(entry, finding, input));
  return by ?? (besides && grantor(policy, besides.allowance, (entry) => besides.fits(entry, finding, input)));
}
