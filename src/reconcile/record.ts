import { sentence } from '../core/format-plan.ts';
import type { Change } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { ServiceRecord } from '../model/service-record.ts';

/** What each service ran before and after, from what was observed; never from an exit code. */
export function serviceRecords(
  changes: readonly Change[],
  release: Release | undefined,
  before: readonly ObservedContainer[],
  after: readonly ObservedContainer[],
): readonly ServiceRecord[] {
  const names = new Set([
    ...(release?.services ?? []).map(({ name }) => name),
    ...before.flatMap(({ service }) => service ?? []),
  ]);
  return [...names].map((name) => {
    const of = (containers: readonly ObservedContainer[]) => containers.filter(({ service }) => service === name);
    const change = changes.find((candidate) =>
      'to' in candidate ? candidate.to.name === name : 'service' in candidate && candidate.service === name,
    );
    const declared = release?.services.find((service) => service.name === name);
    return record({ name, change, declared, before: of(before), after: of(after) });
  });
}

interface RecordInput {
  readonly name: string;
  readonly change: Change | undefined;
  readonly declared: ReleaseService | undefined;
  readonly before: readonly ObservedContainer[];
  readonly after: readonly ObservedContainer[];
}

function record({ name, change, declared, before, after }: RecordInput): ServiceRecord {
  const kind = change?.kind;
  const finished = after.length > 0 && after.every(({ state, exitCode }) => state === 'exited' && exitCode === 0);
  return {
    service: name,
    change: kind === undefined || kind === 'replace-network' || kind === 'remove-network' ? 'none' : kind,
    because: change === undefined ? undefined : sentence(change.cause),
    image: { from: ranImage(before[0]), to: declared?.image.pinned },
    digest: { from: before[0]?.digest, to: after[0]?.digest },
    imageId: after[0]?.imageId,
    containers: { before: before.map(({ id }) => id), after: after.map(({ id }) => id) },
    ran: after.map(({ id, name: called, image, imageId }) => ({ id, name: called, image, imageId })),
    completed: declared?.oneShot === true && finished,
  };
}

/** A digest is the same on every host; the engine's own id is what there is where it knows no digest any more. */
const ranImage = (container: ObservedContainer | undefined): string | undefined =>
  container?.image?.includes('@sha256:') ? container.image : container?.imageId;
