import { createTokenBody } from '../bodies.ts';
import { post } from './route.ts';

export const createToken = post({
  path: '/v1/tokens',
  right: 'administer',
  ofHost: true,
  summary: 'A new token, which is told here and never again',
  body: createTokenBody,
  answers: { kind: 'json', shape: 'newToken' },
  answer: ({ body: { name, role, apps, expires }, trigger }, { harbor }) =>
    harbor.createToken({ name, role, apps, expires }, trigger),
});
