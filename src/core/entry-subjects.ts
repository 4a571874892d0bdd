import type { Entry } from '../model/entry.ts';
import type { Step } from '../model/plan.ts';
import type { Revision } from '../model/revision.ts';
import type { Claim } from '../model/service-record.ts';

/** The revision that an entry was made for. */
export const revisionOf = (entry: Entry): Revision | undefined => ('revision' in entry ? entry.revision : undefined);

/** Every commit that an entry speaks of. */
export function commitsOf(entry: Entry): readonly string[] {
  if (entry.kind === 'history-accepted') return [entry.from, entry.to];
  const revision = revisionOf(entry);
  return revision === undefined ? [] : [revision.commit];
}

/** The services that an entry touched, or speaks of; of a deployment not those that it left alone. */
export function servicesOf(entry: Entry): readonly string[] {
  switch (entry.kind) {
    case 'started':
      return entry.steps.flatMap(servicesIn);
    case 'refused':
      return [...(entry.steps ?? []).flatMap(servicesIn), ...entry.verdicts.flatMap(({ service }) => service ?? [])];
    case 'hook-begun':
    case 'hook-ended':
      return [entry.service];
    case 'finished':
      return [
        ...entry.services.flatMap(({ service, change }) => (change === 'none' ? [] : [service])),
        ...(entry.hooks ?? []).map(({ service }) => service),
      ];
    case 'objected':
      return entry.verdicts.flatMap(({ service }) => service ?? []);
    case 'drifted':
      return entry.causes.map((cause) => cause.split(':', 1).join(''));
    case 'adopted':
    case 'forgotten':
      return entry.containers.map(({ key }: Claim) => key);
    default:
      return [];
  }
}

function servicesIn(step: Step): readonly string[] {
  if (step.kind === 'build' || step.kind === 'hook') return [step.service];
  if (!('services' in step)) return [];
  return step.services.map((each) => (typeof each === 'string' ? each : each.service));
}
