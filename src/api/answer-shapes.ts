import * as z from 'zod';
import {
  audit,
  checks,
  entryInFull,
  health,
  history,
  logPage,
  me,
  orphans,
  received,
  trace,
  verification,
  windows,
} from './record-shapes.ts';
import { app, host, newToken, noted, plans, token } from './shapes.ts';

/** What routes answer, by name: a megabyte that only the description of the API needs. */
export const answerShapes = {
  app,
  audit,
  checks,
  entryInFull,
  health,
  history,
  host,
  logPage,
  me,
  newToken,
  noted,
  openApi: z.looseObject({ openapi: z.literal('3.1.0') }).meta({ id: 'OpenApi' }),
  orphans,
  plans: z.looseObject({ plans }).meta({ id: 'Plans' }),
  previews: z.looseObject({ plans }).meta({ id: 'Previews' }),
  received,
  tokens: z.looseObject({ tokens: z.array(token) }).meta({ id: 'Tokens' }),
  trace,
  verification,
  windows,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type ShapeName = keyof typeof answerShapes;
