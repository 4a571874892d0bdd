import * as z from 'zod';
import { isImageId, parseImageRef } from '../../../core/image-ref.ts';
import { HarborError } from '../../../errors.ts';
import type { Pin } from '../../../model/release.ts';
import { engineFailure } from '../failures.ts';
import type { Credentials } from '../registry/credentials.ts';
import { unavailable } from '../registry/failure.ts';
import { registryOf } from '../registry/hosts.ts';
import type { EngineApi } from './client.ts';
import { findImage, tagImage } from './images.ts';
import type { PullLanes } from './pull-lanes.ts';
import { whileWanted } from './while-wanted.ts';

export interface PullLimits {
  /** Milliseconds for the whole pull. */
  readonly overall: number;
  /** Milliseconds without progress. */
  readonly idle: number;
}

interface PullParts {
  readonly api: EngineApi;
  readonly credentials: Credentials;
  readonly limits: PullLimits;
  readonly lanes: PullLanes;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has the pinned image here under the tag `keepAs`; goes to the registry only if it is not here yet. Throws `interrupted` at the signal: the engine
 * then keeps what layers it has, for the next try.
 */
export const pullPin = (parts: PullParts, { pinned }: Pin, keepAs: string): Promise<void> =>
  whileWanted(`the pull of ${pinned}`, parts.signal, async () => {
    const here = (await findImage(parts.api, pinned)) ?? (await fetchImage(parts, pinned));
    if (!here.repoTags.includes(keepAs)) await tagImage(parts.api, here.id, keepAs);
  });

async function fetchImage(parts: PullParts, pinned: string) {
  const parsed = isImageId(pinned) ? undefined : parseImageRef(pinned);
  if (parsed?.digest === undefined) throw lost(pinned);
  const { name, digest } = parsed;
  const registry = registryOf(name);
  const inTurn = () => download(parts, name, digest);
  await parts.lanes(registry, inTurn).catch((cause: unknown) => {
    throw unavailable(pinned, registry, cause);
  });
  const found = await findImage(parts.api, pinned);
  if (found === undefined) throw unavailable(pinned, registry, 'the pull ended well, but the image is not there');
  return found;
}

const progress = z.object({ error: z.string().optional() });

/** The engine answers 200 at once; a failure comes as a line of the stream. */
async function download({ api, credentials, limits, signal }: PullParts, name: string, digest: string): Promise<void> {
  let failure: string | undefined;
  const call = {
    method: 'POST',
    path: '/images/create',
    query: { fromImage: name, tag: digest },
    headers: await credentials(name),
    limit: limits.overall,
    idle: limits.idle,
    signal,
  } as const;
  await api.stream(call, (line) => {
    failure ??= progress.safeParse(line).data?.error;
  });
  if (failure !== undefined) throw engineFailure(failure);
}

const lost = (pinned: string): HarborError =>
  new HarborError(`the image ${pinned} was only on this host, and it is gone`, {
    code: 'image-unavailable',
    hint: 'Build or load it again; the next pass finds it.',
  });
