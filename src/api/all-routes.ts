import * as z from 'zod';
import { openApi } from './openapi.ts';
import { routes } from './routes/index.ts';
import { get, none, type Route } from './routes/route.ts';

const description: Route = get({
  path: '/v1/openapi.json',
  right: undefined,
  summary: 'What you read: the API as OpenAPI describes one',
  query: none,
  answers: { kind: 'json', shape: z.looseObject({ openapi: z.literal('3.1.0') }).meta({ id: 'OpenApi' }) },
  answer: () => apiDescription(),
});

export const allRoutes: readonly Route[] = [...routes, description];

export const apiDescription = (): object => openApi(allRoutes);
