import { servicesAndJobs } from '../core/jobs.ts';
import { keepTag } from '../core/local-images.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { Release } from '../model/release.ts';
import type { Parts } from './parts.ts';
import type { Context } from './pass.ts';

export type Retention = Pick<HostConfig, 'keepReleases' | 'prune'>;

/**
 * After a deployment ended well: files that only older releases had go from `live/`, releases beyond the last few go from disk, and with them the
 * local tags that kept their images. What the deployed release runs is tagged, so that `docker image prune` leaves it.
 */
export async function tidyUp(
  app: App,
  release: Release,
  { live, releases, engine, logger, journal, retention }: Context,
): Promise<void> {
  const { keepReleases, prune } = retention();
  // A row of bad releases must not push out those that one can go back to.
  const good = journal.of(app.name)?.good.slice(-keepReleases) ?? [];
  try {
    await live.tidy(app.name, release);
    for (const { name, image } of servicesAndJobs(release))
      if (image.from !== 'build') await engine.pull(image, keepTag(release, name));
    const removed = await releases.prune(app.name, keepReleases, [
      release.digest,
      ...good.map((known) => known.release),
    ]);
    const kept = await keptImages(app, { releases });
    const unused = removed.flatMap((old) => imagesOf(old, prune)).filter((image) => !kept.has(image));
    await engine.untag([...new Set(unused)]);
  } catch (error) {
    // The deployment itself is done and recorded; what is left over is tried again after the next one.
    logger.warn({ app: app.name, error }, 'could not tidy up after the deployment');
  }
}

/** What a removed app leaves besides its volumes and data: releases, and the local tags of their images. */
export async function dropReleases(app: string, prune: boolean, { releases, engine, logger }: Parts): Promise<void> {
  try {
    const removed = await releases.prune(app, 0, []);
    await engine.untag([...new Set(removed.flatMap((release) => imagesOf(release, prune)))]);
  } catch (error) {
    logger.warn({ app, error }, 'could not drop the releases of a removed app');
  }
}

async function keptImages(app: App, { releases }: Pick<Parts, 'releases'>): Promise<ReadonlySet<string>> {
  const stored = await Promise.all((await releases.list(app.name)).map((digest) => releases.load(app.name, digest)));
  return new Set(stored.flatMap((found) => (found === undefined ? [] : imagesOf(found.release, true))));
}

/** Our own tags, and with `pinned` also what they point at. */
const imagesOf = (release: Release, pinned: boolean): readonly string[] => [
  ...release.builds.map(({ tag }) => tag),
  ...servicesAndJobs(release).flatMap(({ name, image }) =>
    image.from === 'build' ? [] : [keepTag(release, name), ...(pinned ? [image.pinned] : [])],
  ),
];
