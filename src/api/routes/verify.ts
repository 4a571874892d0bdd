import { get, none } from './route.ts';

export const verify = get({
  path: '/v1/verify',
  right: 'read',
  ofHost: true,
  summary: 'Proves the deployment log from its files, as `harbormaster log verify` does',
  query: none,
  answers: { kind: 'json', shape: 'verification' },
  answer: (_, { verify: prove }) => prove(),
});
