import type { Cause } from '../model/change.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { ReleaseService } from '../model/release.ts';
import { explain } from './explain.ts';
import { joinedService } from './release-service.ts';
import { found, isDone, isFinished, type Sight } from './sight.ts';

export function whyCreate(to: ReleaseService, input: Sight): Cause {
  const before = input.before(to.name)?.service;
  if (before === undefined) return { kind: 'new' };
  if (before.digest !== to.digest) return whyDiffers(to, input);
  return before.replicas === 0 ? { kind: 'scale', from: 0, to: to.replicas } : { kind: 'missing' };
}

/** Why these containers of a service do not stay; undefined: they may. */
export function whyReplace(to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Cause | undefined {
  const { release, history } = input;
  const other = from.find(({ digest }) => digest !== to.digest);
  if (other?.differs !== undefined) return { kind: 'adopted', differs: other.differs };
  if (other) return whyDiffers(to, input);
  const seen = Object.keys(to.content);
  if (seen.length > 0 && from.some(({ misread }) => misread)) return { kind: 'content', paths: seen, whyNew };
  const unfit = from.find(({ state }) => state === 'dead');
  if (unfit) return { kind: 'stopped', found: found(unfit) };
  const deployedImage = history?.deployed?.imageIds[to.name];
  const isDeployed = history?.deployed?.release === release.digest;
  if (isDeployed && deployedImage !== undefined && from.some(({ imageId }) => imageId !== deployedImage)) {
    return { kind: 'image-swapped' };
  }
  return whyRejoin(to, from, input);
}

const whyNew = 'its container was started while files of another release were in place';

/** An interrupted deployment can leave a service in the network of a container that was replaced since: it runs, and nobody reaches it. */
export function whyRejoin(to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Cause | undefined {
  const isLost = (container: ObservedContainer) =>
    container.joins !== undefined && !input.ids.has(container.joins) && !(to.oneShot && isFinished(container));
  if (to.sharesWith.length === 0 || !from.some(isLost)) return undefined;
  // The mode decides, not `sharesWith`: one may share volumes with a service and the network of a container that is none of ours.
  const shared = joinedService(input.declared(to.name)?.definition?.network_mode);
  const leader = shared === undefined ? undefined : input.declared(shared)?.service;
  if (leader === undefined || leader.replicas === 0 || isDone(leader, input.history)) return undefined;
  return { kind: 'follows', service: leader.name, relation: 'shares its network with a container that is gone' };
}

function whyDiffers(to: ReleaseService, { declared, before }: Sight): Cause {
  return explain({ service: to, definition: declared(to.name)?.definition }, before(to.name));
}
