import * as z from 'zod';
import { type Catalogues, configSchema } from './schema.ts';
import { child, type Node, type Path, textOf } from './tree.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What happens without a key, where no value can say it: for people only. */
declare module 'zod' {
  interface GlobalMeta {
    absent?: string | undefined;
  }
}

/** The schema as data, with every remark that the code makes on a key. */
export function annotatedSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input', override: restoreExamples });
}

/** JSON Schema (draft 7) of the configuration file, for editors; says nothing about what one key demands of another. */
export function jsonSchema(catalogues: Catalogues): JsonSchema {
  const schema = z.toJSONSchema(configSchema(catalogues), {
    target: 'draft-7',
    io: 'input',
    override: (context) => {
      restoreExamples(context);
      forEditors(context.jsonSchema);
    },
  });
  return { ...schema, title: 'harbormaster.yml', description: 'Configuration of a Harbormaster host.' };
}

interface Part {
  readonly zodSchema: z.core.$ZodType;
  readonly jsonSchema: JsonSchema;
}

/** zod drops the examples of a value that is converted while it is read, as secrets of notifiers are. */
function restoreExamples({ zodSchema, jsonSchema: part }: Part): void {
  const examples = z.globalRegistry.get(zodSchema)?.examples;
  if (Array.isArray(examples)) part.examples ??= examples;
}

/** zod may come by the same part twice. */
function forEditors(part: JsonSchema): void {
  delete part['absent'];
  // An empty section as its own default tells an editor nothing.
  if (part.type === 'object') delete part.default;
  // An interpolated text has its form only afterwards.
  const interpolated = '|\\$\\{';
  if (part.pattern && part.title && !part.pattern.endsWith(interpolated))
    part.pattern = `${part.pattern}${interpolated}`;
}

/** Keys that the schema has at a path. Among alternatives, the one that the file's `type` names. */
export function knownKeys(schema: JsonSchema, path: Path, root: Node): readonly string[] {
  return Object.keys(schemaAt(schema, path, root)?.properties ?? {});
}

export function schemaAt(schema: JsonSchema, path: Path, root: Node): JsonSchema | undefined {
  const here = alternative(schema, root);
  const [key, ...rest] = path;
  if (key === undefined) return here;
  const below = typeof key === 'number' ? here.items : (own(here.properties, key) ?? here.additionalProperties);
  const node = child(root, key);
  if (typeof below !== 'object' || Array.isArray(below) || node === undefined) return undefined;
  return schemaAt(below, rest, node);
}

function alternative(schema: JsonSchema, node: Node): JsonSchema {
  const type = textOf(child(node, 'type'));
  const options = schema.oneOf?.filter((option) => typeof option === 'object') ?? [];
  return options.find((option) => constOf(option) === type) ?? ofMaps(schema, node);
}

/** Where a map may stand among other things, the file has one. */
function ofMaps(schema: JsonSchema, node: Node): JsonSchema {
  const options = node.kind === 'map' ? (schema.anyOf ?? []).filter((option) => typeof option === 'object') : [];
  return options.find(({ type }) => type === 'object') ?? schema;
}

export function constOf(schema: JsonSchema): unknown {
  const type = schema.properties?.['type'];
  return typeof type === 'object' ? type.const : undefined;
}

const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record && Object.hasOwn(record, key) ? record[key] : undefined;
