import { HarborError } from '../errors.ts';
import { isRecord } from './compose-paths.ts';
import type { ComposeFile } from './compose-reads.ts';
import { substitute, type Variables } from './variables.ts';

/** Stands for the value of a secret: no name can have it. */
const mark = '\u0000';

/** The same variables, with what is secret marked. */
export const withMarks = (variables: Variables, secrets: readonly string[]): Variables => ({
  ...variables,
  ...Object.fromEntries(secrets.map((name) => [name, mark])),
});

interface Name {
  /** `services.web.container_name`. */
  readonly at: string;
  readonly text: string;
}

/**
 * Refuses a compose file that makes a name out of a secret: names stand in plans, in entries for ever, and before everybody who may list what runs.
 * `variables`: `withMarks`. Judged where it is written, so that a name which happens to read like a secret is none.
 */
export function refuseSecretNames(
  { path, documents }: Pick<ComposeFile, 'path' | 'documents'>,
  variables: Variables,
): void {
  const names = documents.filter(isRecord).flatMap(namesIn);
  const found = names.find((name) => name.text.includes('$') && substitute(name.text, variables).includes(mark));
  if (found === undefined) return;
  throw new HarborError(`${path}: ${found.at} is made from a variable that is secret on this host: ${found.text}`, {
    code: 'compose-refused',
    hint: 'What comes from a file or the environment of the host counts as secret, and everybody sees names. If it is none, write it as plain text under the app’s `environment` in harbormaster.yml.',
  });
}

const namesIn = (content: Readonly<Record<string, unknown>>): readonly Name[] => [
  ...membersOf(content['services'], 'services').flatMap(([at, service]) => serviceNames(at, service)),
  ...['networks', 'volumes', 'configs', 'secrets'].flatMap((kind) =>
    membersOf(content[kind], kind).flatMap(([at, object]) => [
      ...textAt(`${at}.name`, object['name']),
      ...labelKeys(`${at}.labels`, object['labels']),
    ]),
  ),
];

const serviceNames = (at: string, service: Readonly<Record<string, unknown>>): readonly Name[] => [
  ...['container_name', 'hostname', 'domainname'].flatMap((key) => textAt(`${at}.${key}`, service[key])),
  ...labelKeys(`${at}.labels`, service['labels']),
  ...membersOf(service['networks'], `${at}.networks`).flatMap(([place, { aliases }]) =>
    (Array.isArray(aliases) ? aliases : []).flatMap((alias: unknown) => textAt(`${place}.aliases`, alias)),
  ),
];

/** Values of labels are told nowhere; which label changed is. */
const labelKeys = (at: string, labels: unknown): readonly Name[] =>
  (Array.isArray(labels) ? labels : []).flatMap((label: unknown) =>
    typeof label === 'string' ? textAt(at, label.replace(/=.*$/s, '')) : [],
  );

const textAt = (at: string, text: unknown): readonly Name[] => (typeof text === 'string' ? [{ at, text }] : []);

const membersOf = (value: unknown, at: string): readonly (readonly [string, Readonly<Record<string, unknown>>])[] =>
  isRecord(value)
    ? Object.entries(value).flatMap(([key, member]) => (isRecord(member) ? [[`${at}.${key}`, member] as const] : []))
    : [];
