import type { CommitState } from '../../model/forge.ts';
import type { Forge } from './forge.ts';

const states: Readonly<Record<CommitState, string>> = {
  waiting: 'pending',
  deploying: 'running',
  healthy: 'success',
  failed: 'failed',
  broken: 'failed',
  superseded: 'canceled',
};

/** Source: https://docs.gitlab.com/api/commits/#set-commit-pipeline-status. Without the ref it takes any branch that has the commit, another one each time. */
export const gitlab: Forge = {
  request: ({ context, state, description, targetUrl, commit, ref }, repository, token) => ({
    path: `/projects/${encodeURIComponent(repository)}/statuses/${commit}`,
    headers: { 'PRIVATE-TOKEN': token },
    body: {
      state: states[state],
      name: context,
      description,
      target_url: targetUrl,
      ref: ref === '' || ref === commit ? undefined : ref,
    },
  }),
  // From running to running, or back to pending, there is no way: it stands as it is.
  saysSo: (status, text) => status === 400 && text.includes('Cannot transition status'),
  permission: 'one with the scope `api` and the role Developer in the project',
};
