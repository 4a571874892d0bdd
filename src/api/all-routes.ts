import { routes } from './routes/index.ts';
import { get, none, type Route } from './routes/route.ts';

const description: Route = get({
  path: '/v1/openapi.json',
  right: undefined,
  summary: 'What you read: the API as OpenAPI describes one',
  query: none,
  answers: { kind: 'json', shape: 'openApi' },
  answer: () => apiDescription(),
});

export const allRoutes: readonly Route[] = [...routes, description];

/** What describes answers is loaded when somebody asks for it. */
export const apiDescription = async (): Promise<object> => (await import('./openapi.ts')).openApi(allRoutes);
