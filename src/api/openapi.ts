import * as z from 'zod';
import { roles, rolesWith } from '../core/access.ts';
import { answerShapes } from './answer-shapes.ts';
import { problem } from './problem.ts';
import type { Answers, Route } from './routes/route.ts';
import { reports } from './shapes.ts';

type Json = Readonly<Record<string, unknown>>;

const description = `What a Harbormaster does on its host, and all that a person may ask of it. On the host it answers on \`run/socket\` in the state directory, to that socket's owner;
on TCP where \`api.listen\` says so, to whoever has a token. Errors are problem details (RFC 9457). Unknown members of answers are to be ignored: there may be more of them some day.`;

/** The API as OpenAPI 3.1 describes one: made from the routes and the schemas that they are checked by. */
export function openApi(routes: readonly Route[]): Json {
  const schemas = new Map<string, unknown>();
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
    const { $schema: _, $defs = {}, ...whole } = z.toJSONSchema(schema, { io });
    for (const [name, definition] of Object.entries($defs)) schemas.set(name, relocated(definition));
    return relocated(whole);
  };
  const problems = { $ref: '#/components/responses/Problem' };
  const paths = new Map<string, Json>();
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const operation = {
      operationId: operationId(route),
      summary: route.summary,
      ...(route.right === undefined ? { security: [] } : { description: whoMay(route) }),
      ...parametersOf(route, schemaOf),
      ...(route.body && {
        requestBody: { content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
      }),
      responses: {
        [statusOf(route)]: { description: 'Done.', content: contentOf(route.answers, schemaOf) },
        default: problems,
      },
    };
    paths.set(path, { ...paths.get(path), [route.method.toLowerCase()]: operation });
  }
  const problemContent = { 'application/problem+json': { schema: schemaOf(problem, 'output') } };
  return {
    openapi: '3.1.0',
    info: { title: 'Harbormaster', version: '1', description, license: { name: 'MIT', identifier: 'MIT' } },
    security: [{ token: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Made by `harbormaster token create`.' },
      },
      responses: { Problem: { description: 'What went wrong, and what to do about it.', content: problemContent } },
      schemas: Object.fromEntries([...schemas].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    },
  };
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => unknown;

/** What zod puts beside a schema stands among the components here. */
const relocated = (schema: object): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));

function whoMay({ right, ofHost }: Route): string {
  const able = rolesWith(right ?? 'read');
  const whom = able.length === roles.length ? 'every role' : able.join(', ');
  return `For ${whom}${ofHost ? '; not with a token for some apps only' : ''}.`;
}

function parametersOf({ path, query }: Route, schemaOf: SchemaOf): Json {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description: about, ...shape } = described(schemaOf(z.object({ [name]: schema }), 'input'), name);
    return { name, in: 'query', required: false, ...(about !== undefined && { description: about }), schema: shape };
  });
  const parameters = [...inPath, ...inQuery];
  return parameters.length === 0 ? {} : { parameters };
}

/** The schema of one member of an object's. */
function described(object: unknown, name: string): Record<string, unknown> {
  const parsed = z.looseObject({ properties: z.record(z.string(), z.looseObject({})) }).parse(object);
  return parsed.properties[name] ?? {};
}

const progress = z
  .looseObject({ progress: z.looseObject({ app: z.string(), message: z.string() }) })
  .meta({ id: 'ProgressLine', description: 'What is being done; one JSON object a line.' });

const ended = z.looseObject({ reports }).meta({ id: 'Ending', description: 'The last line.' });
const failed = z
  .looseObject({ problem })
  .meta({ id: 'BadEnding', description: 'The last line, where it went wrong after the first.' });

function contentOf(answers: Answers, schemaOf: SchemaOf): Json {
  switch (answers.kind) {
    case 'json':
      return { 'application/json': { schema: schemaOf(answerShapes[answers.shape], 'output') } };
    case 'progress':
      return { 'application/x-ndjson': { schema: schemaOf(z.union([progress, ended, failed]), 'output') } };
    case 'events':
      return { 'text/event-stream': { schema: { type: 'string' } } };
    case 'text':
      return { [answers.type]: { schema: { type: 'string' } } };
    default:
      return answers satisfies never;
  }
}

/** `GET /v1/apps/:app/history` is `getAppsHistory`. */
const operationId = ({ method, path }: Route): string =>
  [
    method.toLowerCase(),
    ...path
      .split('/')
      .filter((part) => !/^(?:v1)?$|^:/.test(part))
      .map(capital),
  ].join('') + (/\/:\w+$/.test(path) ? 'One' : '');

const capital = (part: string): string => part.replace(/(?:^|[-.])(\w)/g, (_, letter: string) => letter.toUpperCase());

const statusOf = ({ status = 200 }: Route): string => String(status);
