import { matchesExactly } from '../core/glob.ts';
import type { ComposeService } from '../model/compose-model.ts';
import type { GateInput } from '../model/verdict.ts';
import type { Finding } from './rule.ts';

/** What a service asks of the host: its definition, and the `build:` section that its image is made by. */
export interface Asks {
  readonly name: string;
  readonly service: ComposeService;
  readonly build: Readonly<Record<string, unknown>>;
}

/** The services of a release, each with what it asks. */
export const asksOf = ({ model, release }: Pick<GateInput, 'model' | 'release'>): readonly Asks[] =>
  Object.entries(model.services).map(([name, service]) => ({
    name,
    service,
    build: release.builds.find((candidate) => candidate.service === name)?.section ?? {},
  }));

/** Findings whose entry is the service's name: allowed service by service. */
export const byService = (input: GateInput, reasons: (asks: Asks) => readonly string[]): readonly Finding[] =>
  asksOf(input).flatMap((asks) => reasons(asks).map((reason) => ({ service: asks.name, reason, entry: asks.name })));

/** Findings whose entry is a value. */
export const byValue = (
  input: GateInput,
  found: (asks: Asks) => readonly Omit<Finding, 'service'>[],
): readonly Finding[] =>
  asksOf(input).flatMap((asks) => found(asks).map((finding) => ({ service: asks.name, ...finding })));

/** For names of services: a name with `*` in it is none. */
export const namesService = (entry: string, { service }: Finding): boolean => entry === '*' || entry === service;

/** For values: `*` and `?` in an entry stand for anything. */
export const matchesEntry = (entry: string, finding: Finding): boolean => matchesExactly(entry, finding.entry);

/** The texts of a list; of anything else none. */
export const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((member) => typeof member === 'string') : [];
