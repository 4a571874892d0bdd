import * as z from 'zod';
import type { LocalImage } from '../../../ports.ts';
import { type EngineApi, segment } from './client.ts';
import { shaped } from './shape.ts';

const inspected = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  RepoTags: z.array(z.string()).nullish(),
});

export async function findImage(api: EngineApi, reference: string): Promise<LocalImage | undefined> {
  const found = await api.json({ method: 'GET', path: `/images/${segment(reference)}/json`, accept: [404] });
  if (found === undefined) return undefined;
  const { Id, RepoDigests, RepoTags } = shaped(inspected, found, "the engine's answer about an image");
  return { id: Id, repoDigests: RepoDigests ?? [], repoTags: RepoTags ?? [] };
}

/** `as` is `repository:tag`. */
export async function tagImage(api: EngineApi, reference: string, as: string): Promise<void> {
  const at = as.lastIndexOf(':');
  const query = { repo: as.slice(0, at), tag: as.slice(at + 1) };
  await api.send({ method: 'POST', path: `/images/${segment(reference)}/tag`, query });
}

/** A tag that is the last name of an image which some container still has stays (409): nothing is forced. */
export async function untagImages(api: EngineApi, references: readonly string[]): Promise<void> {
  for (const reference of references) {
    const image = await findImage(api, reference);
    if (image === undefined) continue;
    await dropName(api, reference);
    const left = await findImage(api, image.id);
    // Its digests are names too, and would keep it for ever.
    if (left?.repoTags.length === 0) for (const digest of left.repoDigests) await dropName(api, digest);
  }
}

async function dropName(api: EngineApi, reference: string): Promise<void> {
  await api.send({ method: 'DELETE', path: `/images/${segment(reference)}`, accept: [404, 409] });
}
