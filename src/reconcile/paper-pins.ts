import { isImageId, parseImageRef } from '../core/image-ref.ts';
import type { Pin } from '../model/release.ts';
import type { Clock } from '../ports.ts';
import { builtPin, noImageReference, type PinBook } from './pins.ts';

/** Tags as they are written: which images they mean is for the host to find out. */
export const paperPins = (clock: Clock): PinBook => ({
  async pinAll(model, builds) {
    const pins = Object.entries(model.services).flatMap(([name, { image }]): readonly (readonly [string, Pin])[] => {
      const build = builds.find(({ service }) => service === name);
      if (build) return [[name, builtPin(build, clock)]];
      return image === undefined ? [] : [[name, asWritten(image, clock)]];
    });
    return { pins: new Map(pins), warnings: [] };
  },
  moved: async () => false,
});

function asWritten(requested: string, clock: Clock): Pin {
  if (!isImageId(requested) && parseImageRef(requested) === undefined) throw noImageReference(requested);
  return {
    requested,
    pinned: requested,
    platformDigest: undefined,
    resolvedAt: clock.now().toISOString(),
    from: 'reference',
  };
}
