/** What Harbormaster stamps on the containers and networks that it makes. Stable ids and content digests only: never a revision. */
export const labels = {
  instance: 'io.harbormaster.instance',
  app: 'io.harbormaster.app',
  digest: 'io.harbormaster.digest',
  /** On containers of hooks and checks: what they were run for. */
  job: 'io.harbormaster.job',
} as const;

/** What an app says of a service itself: it is meant to run to its end. Compose drops a service's `x-` keys when it renders, and keeps its labels. */
export const oneShotLabel = 'harbormaster.one-shot';

/** The same of a hook: going back to an earlier release does not undo it. */
export const irreversibleLabel = 'harbormaster.irreversible';

/** Label namespaces that an app may not set itself. */
export const reservedLabels = ['io.harbormaster.', 'com.docker.compose.'] as const;
