import { asHarborError, faultOf, type HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { ReleaseStore } from '../ports.ts';
import { candidate, optionsOf } from './candidate.ts';
import type { Parts } from './parts.ts';
import type { PinBook } from './pins.ts';
import { trustOf, vouched } from './vouch.ts';

/** Where an app should go: a release, or the reason why nobody knows. A failure to find out is never an empty target. */
export type Target =
  | { readonly kind: 'release'; readonly revision: Revision; readonly release: Release }
  | { readonly kind: 'unknown'; readonly revision: Revision | undefined; readonly error: HarborError };

/** Finds targets, and remembers the last one of each app so that an unchanged commit costs nothing. */
export interface Targets {
  find(app: App, commit: string | Error, history: AppHistory | undefined): Promise<Target>;
  /** The release that an app's last target was, if it is the one that is asked for: nothing is read from the disk. */
  recall(app: string, digest: string): Release | undefined;
  forget(app: string): void;
}

interface Remembered {
  readonly commit: string;
  readonly options: string;
  readonly trust: string;
  readonly target: Target;
}

/** So many stored releases are compared before a new rendering. */
const knownLimit = 5;

export function createTargets(parts: Parts & { pins: PinBook }): Targets {
  const remembered = new Map<string, Remembered>();
  const optionsFor = new WeakMap<App, string>();

  const options = (app: App): string => {
    const known = optionsFor.get(app) ?? optionsOf(app, parts);
    optionsFor.set(app, known);
    return known;
  };

  const known = async (app: App, deployed: string | undefined): Promise<readonly Release[]> => {
    const last = remembered.get(app.name)?.target;
    const releases = await storedReleases(app, deployed, parts.releases);
    return last?.kind === 'release' ? [last.release, ...releases] : releases;
  };

  const work = async (app: App, commit: string, history: AppHistory | undefined): Promise<Target> => {
    let revision: Revision | undefined;
    try {
      revision = await parts.source.fetch(app, commit);
      revision = await vouched(app, revision, history, parts.source);
      const deployed = history?.deployed?.release;
      return { kind: 'release', revision, release: await candidate(app, revision, await known(app, deployed), parts) };
    } catch (error) {
      return { kind: 'unknown', revision, error: asHarborError(error) };
    }
  };

  return {
    async find(app, commit, history) {
      if (commit instanceof Error) return { kind: 'unknown', revision: undefined, error: asHarborError(commit) };
      const last = remembered.get(app.name);
      const trust = trustOf(app, history);
      if (
        last &&
        last.commit === commit &&
        last.options === options(app) &&
        last.trust === trust &&
        (await stillRight(last.target, parts.pins))
      )
        return last.target;
      const target = await work(app, commit, history);
      remembered.set(app.name, { commit, options: options(app), trust, target });
      return target;
    },
    recall(app, digest) {
      const target = remembered.get(app)?.target;
      return target?.kind === 'release' && target.release.digest === digest ? target.release : undefined;
    },
    forget: (app) => {
      remembered.delete(app);
    },
  };
}

/** The deployed release and the newest others: what a new rendering is compared with first. */
export async function storedReleases(
  { name }: App,
  deployed: string | undefined,
  releases: ReleaseStore,
): Promise<readonly Release[]> {
  const digests = [...new Set([...(deployed === undefined ? [] : [deployed]), ...(await releases.list(name))])];
  const stored = await Promise.all(digests.slice(0, knownLimit).map((digest) => releases.load(name, digest)));
  return stored.flatMap((found) => (found === undefined ? [] : [found.release]));
}

/** What failed by the user's fault fails again until the commit or the options change; what failed by the world's fault is tried again. */
async function stillRight(target: Target, pins: PinBook): Promise<boolean> {
  if (target.kind === 'release') return !(await pins.moved(target.release));
  return faultOf(target.error.code) === 'user';
}
