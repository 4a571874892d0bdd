import { imageText } from '../../../src/core/format-plan.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { ServiceRecord } from '../../../src/model/service-record.ts';

export interface Difference {
  readonly service: string;
  readonly what: 'image' | 'configuration' | 'service';
  readonly from: string;
  readonly to: string;
}

export const servicesIn = (entry: Entry | undefined): readonly ServiceRecord[] =>
  entry?.kind === 'finished' ? entry.services.filter(({ change }) => change !== 'remove') : [];

/** What two attempts wanted otherwise, service by service. */
export function differences(from: Entry, to: Entry): readonly Difference[] {
  const before = new Map(servicesIn(from).map((one) => [one.service, one]));
  const after = new Map(servicesIn(to).map((one) => [one.service, one]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .flatMap((service) => between(service, before.get(service), after.get(service)));
}

function between(
  service: string,
  from: ServiceRecord | undefined,
  to: ServiceRecord | undefined,
): readonly Difference[] {
  if (from === undefined || to === undefined)
    return [{ service, what: 'service', from: from ? 'there' : 'absent', to: to ? 'there' : 'absent' }];
  const [a, b] = [from.image.to, to.image.to];
  const image: readonly Difference[] =
    a === b ? [] : [{ service, what: 'image', from: imageName(a), to: imageName(b) }];
  const [c, d] = [from.digest.to, to.digest.to];
  if (image.length > 0 || c === d) return image;
  return [{ service, what: 'configuration', from: short(c), to: short(d) }];
}

const imageName = (pinned: string | undefined): string => (pinned === undefined ? 'none' : imageText(pinned));
const short = (digest: string | undefined): string => digest?.slice(0, 12) ?? 'none';
