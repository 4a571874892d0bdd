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
}

/** Has the pinned image here under the tag `keepAs`; goes to the registry only if it is not here yet. */
export async function pullPin(parts: PullParts, { pinned }: Pin, keepAs: string): Promise<void> {
  const here = (await findImage(parts.api, pinned)) ?? (await fetchImage(parts, pinned));
  if (!here.repoTags.includes(keepAs)) await tagImage(parts.api, here.id, keepAs);
}

async function fetchImage(parts: PullParts, pinned: string) {
  const parsed = isImageId(pinned) ? undefined : parseImageRef(pinned);
  if (parsed?.digest === undefined) throw lost(pinned);
  await download(parts, parsed.name, parsed.digest).catch((cause: unknown) => {
    throw unavailable(pinned, registryOf(parsed.name), cause);
  });
  const found = await findImage(parts.api, pinned);
  if (found === undefined)
    throw unavailable(pinned, registryOf(parsed.name), 'the pull ended well, but the image is not there');
  return found;
}

const progress = z.object({ error: z.string().optional() });

/** The engine answers 200 at once; a failure comes as a line of the stream. */
async function download({ api, credentials, limits }: PullParts, name: string, digest: string): Promise<void> {
  let failure: string | undefined;
  const call = {
    method: 'POST',
    path: '/images/create',
    query: { fromImage: name, tag: digest },
    headers: await credentials(name),
    limit: limits.overall,
    idle: limits.idle,
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
