import { Option } from 'commander';
import { HarborError } from '../errors.ts';

/** An option of a verb: how it is written, and how its value is read with its type. */
export interface VerbOption<Value> {
  readonly name: string;
  readonly build: () => Option;
  readonly read: (raw: unknown) => Value;
}

/** `--name`. */
export const flag = (name: string, text: string): VerbOption<boolean> => ({
  name,
  build: () => new Option(`--${name}`, text),
  read: (raw) => raw === true,
});

/** `--name <value>`. */
export const text = (name: string, value: string, help: string): VerbOption<string | undefined> => ({
  name,
  build: () => new Option(`--${name} <${value}>`, help),
  read: (raw) => (typeof raw === 'string' ? raw : undefined),
});

/** `--name <value>`, as often as one likes. */
export const list = (name: string, value: string, help: string): VerbOption<readonly string[]> => ({
  name,
  build: () => new Option(`--${name} <${value}>`, help).argParser(appended),
  read: (raw) => (Array.isArray(raw) ? raw.map(String) : []),
});

/** The same, for one of a few words. Throws `usage` for any other. */
export const choices = <const Choice extends string>(
  name: string,
  value: string,
  help: string,
  among: readonly Choice[],
): VerbOption<readonly Choice[]> => ({
  name,
  build: () => new Option(`--${name} <${value}>`, `${help}: ${among.join(', ')}`).argParser(appended),
  read: (raw) => (Array.isArray(raw) ? raw.map((each: unknown) => chosen(name, String(each), among)) : []),
});

/** The same, given once. */
export const choice = <const Choice extends string>(
  name: string,
  value: string,
  help: string,
  among: readonly Choice[],
): VerbOption<Choice | undefined> => ({
  name,
  build: () => new Option(`--${name} <${value}>`, `${help}: ${among.join(', ')}`),
  read: (raw) => (typeof raw === 'string' ? chosen(name, raw, among) : undefined),
});

const appended = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

function chosen<Choice extends string>(option: string, value: string, among: readonly Choice[]): Choice {
  const choice = among.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new HarborError(`--${option} cannot be '${value}'`, { code: 'usage', hint: `One of: ${among.join(', ')}.` });
}

/** `--name <n>`: a whole number, 0 or more. */
export const count = (name: string, help: string): VerbOption<number | undefined> => ({
  name,
  build: () => new Option(`--${name} <n>`, help),
  read: (raw) => (typeof raw === 'string' ? wholeNumber(`--${name}`, raw) : undefined),
});

/** Throws `usage` for anything but digits. */
export function wholeNumber(what: string, raw: string): number {
  if (/^\d{1,15}$/.test(raw)) return Number(raw);
  throw new HarborError(`${what} must be a whole number, not '${raw}'`, { code: 'usage' });
}

/** commander's own name for an option's value: `--state-dir` is `stateDir`. */
export const keyOf = ({ name }: VerbOption<unknown>): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
