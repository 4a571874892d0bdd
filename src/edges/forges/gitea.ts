import type { CommitState } from '../../model/forge.ts';
import type { Forge } from './forge.ts';

const states: Readonly<Record<CommitState, string>> = {
  waiting: 'pending',
  deploying: 'pending',
  healthy: 'success',
  failed: 'failure',
  broken: 'error',
  superseded: 'warning',
};

/** Gitea and Forgejo. Source: https://codeberg.org/api/swagger#/repository/repoCreateStatus */
export const gitea: Forge = {
  request: ({ context, state, description, targetUrl, commit }, repository, token) => ({
    path: `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/statuses/${commit}`,
    headers: { Authorization: `token ${token}` },
    body: { state: states[state], context, description, target_url: targetUrl },
  }),
  permission: 'one with the scope `write:repository`, of somebody who may write to it',
};
