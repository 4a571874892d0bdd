import * as z from 'zod';
import { entrySchema } from './entry-schema.ts';
import { kindWords, wordsOf } from './entry-words.ts';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

/** A field as the reference tells it. */
interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly always: boolean;
  readonly words: string | undefined;
}

/** JSON Schema of one line of the deployment log, each kind and field described. */
export function entryJsonSchema(): object {
  const { oneOf, anyOf, ...rest } = z.toJSONSchema(entrySchema) as Schema;
  return {
    ...rest,
    title: 'An entry of the deployment log',
    description:
      'One line of a file in STATE/log. Fields and words that are not described may come with later versions.',
    oneOf: kindsIn({ ...(oneOf && { oneOf }), ...(anyOf && { anyOf }) }).map(describedKind),
  };
}

/** The kinds, those of an app and of the host as one. */
const kindsIn = ({ oneOf, anyOf }: Schema): readonly Schema[] =>
  (oneOf ?? anyOf ?? []).flatMap((kind) => (kind.properties === undefined ? kindsIn(kind) : [kind]));

function describedKind(schema: Schema): Schema {
  const kind = kindOf(schema);
  return { ...described(schema, kind, ''), description: kindWords[kind as keyof typeof kindWords] };
}

const kindOf = ({ properties }: Schema): string => String(properties?.['kind']?.const);

function described(schema: Schema, kind: string, path: string): Schema {
  const inside = (part: Schema): Schema => described(part, kind, path);
  const words = wordsOf(kind, path);
  if (path === 'snapshot') return { type: 'object', ...(words !== undefined && { description: words }) };
  return {
    ...schema,
    ...(words !== undefined && { description: words }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(inside) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(inside) }),
    ...(schema.items && { items: inside(schema.items) }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, part]) => [name, described(part, kind, joined(path, name))]),
      ),
    }),
  };
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Fields of every entry, told once. */
const ofEvery: ReadonlySet<string> = new Set(['v', 'seq', 'at', 'host', 'instance', 'prev', 'kind']);

/** Fields of one kind, in order, with everything inside them. */
export function fieldsOf(schema: Schema, kind = kindOf(schema), path = ''): readonly Field[] {
  const parts = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, part]): readonly Field[] => {
    const at = joined(path, name);
    const always = schema.required?.includes(name) === true;
    const field = { path: at, schema: part, always, words: wordsOf(kind, at) };
    return at === 'snapshot' ? [field] : [field, ...fieldsOf(part, kind, at)];
  });
  return unique([...own, ...parts.flatMap((part) => fieldsOf(part, kind, path))]);
}

const unique = (fields: readonly Field[]): readonly Field[] =>
  [...new Map(fields.toReversed().map((field) => [field.path, field])).values()].toReversed();

/** All kinds, as the log's reference lists them. */
export function kindsOfEntries(): readonly { readonly kind: string; readonly fields: readonly Field[] }[] {
  const all = kindsIn(z.toJSONSchema(entrySchema) as Schema);
  const names = [...new Set(all.map(kindOf))];
  return names.map((kind) => ({
    kind,
    fields: unique(all.filter((schema) => kindOf(schema) === kind).flatMap((schema) => fieldsOf(schema))),
  }));
}

/** Page of the reference. */
export function logReference(): string {
  const kinds = kindsOfEntries();
  const common = kinds[0]?.fields.filter(({ path }) => ofEvery.has(path)) ?? [];
  return [
    '# Reference of the deployment log',
    '',
    'Made by `npm run docs` from the schema that each line is checked by; [`log-entry.schema.json`](log-entry.schema.json) is the same for programs.',
    'A line is one JSON object. Times are ISO 8601 in UTC, digests SHA-256 in hex. A field with **·** is always there. Ignore fields that you do not know: later versions may',
    'add some, and add kinds; none is taken away while `v` is 1. [The deployment log](deployment-log.md) tells how lines hang together and how that is proven.',
    '',
    '## Every entry',
    '',
    ...table(common),
    ...kinds.flatMap(({ kind, fields }) => [
      '',
      `## \`${kind}\``,
      '',
      kindWords[kind as keyof typeof kindWords],
      '',
      ...table(fields.filter(({ path }) => !ofEvery.has(path))),
    ]),
    '',
  ].join('\n');
}

const table = (fields: readonly Field[]): readonly string[] => [
  '| Field | | Type | Meaning |',
  '| --- | --- | --- | --- |',
  ...fields.map(
    ({ path, always, schema, words = '' }) => `| \`${path}\` | ${always ? '·' : ''} | ${typeOf(schema)} | ${words} |`,
  ),
];

function typeOf(schema: Schema): string {
  if (schema.items) return `list of ${plural(typeOf(schema.items))}`;
  if (schema.const !== undefined || schema.enum) return 'word';
  if (schema.oneOf ?? schema.anyOf) return 'object';
  if (schema.type === 'object' && schema.properties === undefined) return 'map';
  return schema.type === 'string' ? 'text' : (schema.type ?? 'any');
}

const plural = (type: string): string => `${type}s`;
