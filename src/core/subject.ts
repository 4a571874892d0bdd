import type { Change } from '../model/change.ts';

/** What a change is about: the service, or the network. */
export function subjectOf(change: Change): string {
  if ('to' in change) return change.to.name;
  return 'service' in change ? change.service : change.network.name;
}
