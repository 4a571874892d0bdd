import { stringify } from 'yaml';
import { commonCheckKeys } from './check-schema.ts';
import { annotatedSchema, constOf, type JsonSchema } from './json-schema.ts';
import { commonKeys } from './notifier-schema.ts';
import { type Catalogues, configSchema } from './schema.ts';

/** Everything after this line of docs/configuration.md is generated; everything before it is written by hand. */
const marker = '<!-- From here on generated from src/config by `node scripts/generate-docs.mjs`. -->';

/** The page with its generated part made anew. */
export function refreshed(page: string, catalogues: Catalogues): string {
  const [head = ''] = page.split(marker);
  return `${head.trimEnd()}\n\n${marker}\n\n${reference(catalogues)}`;
}

/** Markdown tables of every key: type, default, meaning, example. */
export function reference(catalogues: Catalogues): string {
  const schema = annotatedSchema(configSchema(catalogues));
  const app = entry(part(schema, 'apps'));
  return [
    ...section('config', part(schema, 'config')),
    ...section('api', part(schema, 'api')),
    ...section('webhooks.NAME', entry(part(schema, 'webhooks')), part(schema, 'webhooks').description),
    ...section('policy', part(schema, 'policy')),
    ...section('repositories.NAME', entry(part(schema, 'repositories')), part(schema, 'repositories').description),
    ...defaults(part(schema, 'defaults')),
    ...section('apps.NAME', app, part(schema, 'apps').description),
    ...section('apps.NAME.hooks.MOMENT[]', items(part(part(app, 'hooks'), 'pre_deploy')), hooksHead),
    ...kinds('apps.NAME.checks[]', part(app, 'checks'), commonCheckKeys),
    ...section('discover[]', ownKeys(items(part(schema, 'discover')), app), part(schema, 'discover').description),
    ...section('windows[]', items(part(schema, 'windows')), part(schema, 'windows').description),
    ...section('log', part(schema, 'log')),
    ...kinds('notifiers[]', part(schema, 'notifiers'), commonKeys),
    '',
  ].join('\n');
}

/** What an entry has besides the keys of an app, which mean there what they mean in an app. */
function ownKeys(schema: JsonSchema, app: JsonSchema): JsonSchema {
  const known = Object.keys(app.properties ?? {});
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => !known.includes(key));
  return { ...schema, properties: Object.fromEntries(properties) };
}

function section(title: string, schema: JsonSchema, description = schema.description): readonly string[] {
  return [`## \`${title}\``, '', description ?? '', '', ...table(rows(schema)), ''];
}

function defaults(schema: JsonSchema): readonly string[] {
  const keys = Object.keys(schema.properties ?? {}).map((key) => `\`${key}\``);
  return [
    '## `defaults`',
    '',
    schema.description ?? '',
    '',
    `These keys, with the meaning that they have in an app: ${keys.join(', ')}. The variables in \`environment\` and the keys in \`health\` and \`approval\` are merged one by one; of everything else the app's own value counts. \`ssh_key\`, \`known_hosts\` and \`certificate_authority\` hold for \`repositories\` too.`,
    '',
  ];
}

const hooksHead =
  'One service that runs at a moment: `pre_deploy`, `post_deploy`, `on_failure` or `pre_remove`. `irreversible` is for the first two.';

/** A list whose entries are of several kinds: what all of them have, and each kind with its own. */
function kinds(title: string, schema: JsonSchema, common: readonly string[]): readonly string[] {
  const all = objects(typeof schema.items === 'object' && !Array.isArray(schema.items) ? [schema.items] : []).flatMap(
    (item) => (item.oneOf ? objects(item.oneOf) : [item]),
  );
  const [first] = all;
  if (!first) return [];
  const isCommon = ({ key }: Row): boolean => common.includes(key);
  return [
    `## \`${title}\``,
    '',
    `${schema.description ?? ''} Every one has these keys:`,
    '',
    ...table(
      rows(first)
        .filter(isCommon)
        .map((row) => (row.key === 'type' ? { ...row, example: undefined } : row)),
    ),
    '',
    ...all.flatMap((kind) => [
      `### \`type: ${String(constOf(kind))}\``,
      '',
      ...(kind.description === undefined ? [] : [kind.description, '']),
      ...table(rows(kind).filter((row) => !isCommon(row))),
      '',
    ]),
  ];
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
  readonly example: string | undefined;
}

/** One row a key; the keys of a section right below it, with its name before theirs. */
function rows(schema: JsonSchema, prefix = ''): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (typeof value !== 'object') return [];
    const isRequired = schema.required?.includes(key) === true && value.default === undefined;
    const row = {
      key: `${prefix}${key}`,
      type: typeOf(value),
      default: isRequired ? '**required**' : defaultOf(value),
      meaning: value.description ?? '',
      example: value.examples?.[0] === undefined ? undefined : `${key}: ${flow(value.examples[0])}`,
    };
    return [row, ...rows(value, `${prefix}${key}.`)];
  });
}

function table(all: readonly Row[]): readonly string[] {
  if (all.length === 0) return ['No options of its own.'];
  const cells = all.map((row) => [
    `\`${row.key}\``,
    row.type,
    row.default,
    row.meaning,
    row.example === undefined ? '' : `\`${row.example}\``,
  ]);
  return [['Key', 'Type', 'Default', 'Meaning', 'Example'], ['---', '---', '---', '---', '---'], ...cells].map(
    (columns) => `| ${columns.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`,
  );
}

function typeOf(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.format === 'uri') return 'URL';
  if (schema.type === 'array') return `list of ${objects([schema.items]).map(typeOf)[0] ?? 'values'}`;
  return plainTypes[String(schema.type)] ?? 'value';
}

const plainTypes: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  object: 'map',
};

function defaultOf(schema: JsonSchema): string {
  const absent = schema['absent'];
  if (typeof absent === 'string') return absent;
  return schema.default === undefined ? '' : `\`${flow(schema.default)}\``;
}

const flow = (value: unknown): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();

const objects = (parts: readonly unknown[]): readonly JsonSchema[] =>
  parts.filter((each): each is JsonSchema => typeof each === 'object' && each !== null && !Array.isArray(each));

const part = (schema: JsonSchema, key: string): JsonSchema => objects([schema.properties?.[key]])[0] ?? {};
const items = (schema: JsonSchema): JsonSchema => objects([schema.items])[0] ?? {};
const entry = (schema: JsonSchema): JsonSchema => objects([schema.additionalProperties])[0] ?? {};
