import type { CommitState } from '../../model/forge.ts';
import type { Forge } from './forge.ts';

const states: Readonly<Record<CommitState, string>> = {
  waiting: 'pending',
  deploying: 'pending',
  healthy: 'success',
  failed: 'failure',
  broken: 'error',
  superseded: 'error',
};

/** Source: https://docs.github.com/rest/commits/statuses */
export const github: Forge = {
  request: ({ context, state, description, targetUrl, commit }, repository, token) => ({
    path: `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/statuses/${commit}`,
    headers: {
      Accept: 'application/vnd.github+json',
      Authorization: `Bearer ${token}`,
      'X-GitHub-Api-Version': '2022-11-28',
    },
    body: { state: states[state], context, description, target_url: targetUrl },
  }),
  permission: 'a fine-grained one with "Commit statuses: write" on the repository, or a classic one with `repo:status`',
};
