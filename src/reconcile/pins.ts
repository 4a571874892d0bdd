import { groupBy } from '../core/group-by.ts';
import { isImageId, parseImageRef, pinTo } from '../core/image-ref.ts';
import { servicesAndJobs } from '../core/jobs.ts';
import { HarborError } from '../errors.ts';
import type { ComposeModel } from '../model/compose-model.ts';
import type { Build, Pin, Release } from '../model/release.ts';
import type { Clock, Engine, ImageRegistry } from '../ports.ts';

export interface PinBook {
  /** One pin a service; tags that `previous` resolved keep their pin until it is time to look again. */
  pinAll(model: ComposeModel, builds: readonly Build[], previous: Release | undefined): Promise<Pinned>;
  /** Whether a tag of the release points at another image now. Looks only once per tag and interval. */
  moved(release: Release): Promise<boolean>;
}

interface Pinned {
  readonly pins: ReadonlyMap<string, Pin>;
  readonly warnings: readonly string[];
}

interface PinBookOptions {
  readonly registry: ImageRegistry;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Milliseconds after which a tag is looked up again. */
  readonly interval: () => number;
}

interface LookUp {
  readonly at: number;
  readonly pin: Promise<Pin>;
  failed: boolean;
}

/** Resolves tags to digests, once per interval for all apps together. */
export function createPinBook({ registry, engine, clock, interval }: PinBookOptions): PinBook {
  const looked = new Map<string, LookUp>();

  const lookUp = (requested: string, retry: boolean): Promise<Pin> => {
    const last = looked.get(requested);
    if (last && clock.elapsed() - last.at < interval() && !(retry && last.failed)) return last.pin;
    const next: LookUp = { at: clock.elapsed(), pin: resolve(requested, { registry, engine, clock }), failed: false };
    looked.set(requested, next);
    next.pin.catch(() => {
      next.failed = true;
    });
    return next.pin;
  };

  /** A registry that is down costs an app nothing that it has already: only a tag that was never resolved can fail. */
  const pin = async (requested: string, previous: Pin | undefined): Promise<Pin> => {
    if (previous === undefined) return lookUp(requested, true);
    const age = ageOf(previous, clock);
    if (age >= 0 && age < interval()) return previous;
    const found = await lookUp(requested, false).catch(() => previous);
    return sameImage(previous, found) ? previous : found;
  };

  return {
    async pinAll(model, builds, previous) {
      const built = new Map(builds.map((build) => [build.service, build]));
      const before = groupBy(previous ? taggedPins(previous) : [], ({ requested }) => requested);
      const entries = await Promise.all(
        Object.entries(model.services).map(async ([name, { image }]): Promise<readonly [string, Pin] | undefined> => {
          const build = built.get(name);
          if (build) return [name, builtPin(build, clock)];
          return image === undefined ? undefined : [name, await pin(image, before.get(image)?.[0])];
        }),
      );
      const pins = new Map(entries.filter((entry) => entry !== undefined));
      return { pins, warnings: localOnly(pins) };
    },

    async moved(release) {
      const tags = servicesAndJobs(release)
        .map(({ image }) => image)
        .filter(({ from }) => from === 'registry' || from === 'engine');
      const now = await Promise.all(
        tags.map(async (before) => ({ before, after: await pin(before.requested, before) })),
      );
      return now.some(({ before, after }) => after.pinned !== before.pinned);
    },
  };
}

/** Of what is not built here. */
const taggedPins = (release: Release): readonly Pin[] =>
  servicesAndJobs(release).flatMap(({ image }) => (image.from === 'build' ? [] : [image]));

/** Negative where the clock was set back since: then nobody knows. */
const ageOf = (pin: Pin, clock: Clock): number => clock.now().getTime() - Date.parse(pin.resolvedAt);

const sameImage = (left: Pin, right: Pin): boolean =>
  left.pinned === right.pinned || (left.platformDigest !== undefined && left.platformDigest === right.platformDigest);

export const builtPin = ({ tag }: Build, clock: Clock): Pin => ({
  requested: tag,
  pinned: tag,
  platformDigest: undefined,
  resolvedAt: clock.now().toISOString(),
  from: 'build',
});

const localOnly = (pins: ReadonlyMap<string, Pin>): readonly string[] =>
  [...pins]
    .filter(([, { from }]) => from === 'engine')
    .map(
      ([service, { requested }]) => `${service} runs ${requested} as this engine has it: no registry answered for it`,
    );

export const noImageReference = (requested: string): HarborError =>
  new HarborError(`${requested} is not an image reference`, {
    code: 'compose-invalid',
    hint: 'Write it as registry/repository:tag.',
  });

/** The registry's word; an image that only the engine has is pinned by its id. */
async function resolve(requested: string, { registry, engine, clock }: Omit<PinBookOptions, 'interval'>): Promise<Pin> {
  const resolvedAt = clock.now().toISOString();
  const reference = parseImageRef(requested);
  if (isImageId(requested))
    return { requested, pinned: requested, platformDigest: requested, resolvedAt, from: 'reference' };
  if (reference === undefined) throw noImageReference(requested);
  if (reference.digest !== undefined) {
    return { requested, pinned: requested, platformDigest: undefined, resolvedAt, from: 'reference' };
  }
  try {
    const { digest, platformDigest } = await registry.resolve(requested);
    return { requested, pinned: pinTo(requested, digest), platformDigest, resolvedAt, from: 'registry' };
  } catch (error) {
    const local = await engine.image(requested);
    if (local === undefined) throw error;
    return { requested, pinned: local.id, platformDigest: local.id, resolvedAt, from: 'engine' };
  }
}
