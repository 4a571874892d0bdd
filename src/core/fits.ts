import type { RunningContainer, RunningService } from '../model/span.ts';
import { parseImageRef } from './image-ref.ts';

/** How well something fits what somebody looks for: `whole` is what was meant, `part` the beginning of it. */
export type Fit = 'whole' | 'part' | undefined;

/** As many digits as tell one from another. */
const fewest = 6;

/** By its first hexadecimal digits. */
export function fitsDigits(wanted: string, full: string | undefined): Fit {
  if (full === undefined || !/^[0-9a-f]+$/.test(wanted) || wanted.length < fewest) return undefined;
  return full.startsWith(wanted) ? 'whole' : undefined;
}

/** By digest (`sha256:` or not), by reference, or by name with or without its tag and registry. */
export function fitsImage(wanted: string, { image, imageId }: Pick<RunningService, 'image' | 'imageId'>): Fit {
  const digits = wanted.replace(/^sha256:/, '');
  const { name, tag, digest } = image === undefined ? {} : (parseImageRef(image) ?? {});
  const digests = [digest, imageId, image].map((each) => each?.replace(/^sha256:/, ''));
  if (digests.some((each) => fitsDigits(digits, each))) return 'whole';
  if (image === wanted) return 'whole';
  const asked = parseImageRef(wanted);
  if (asked === undefined || name === undefined) return undefined;
  const isNamed = name === asked.name || name.endsWith(`/${asked.name}`);
  const isTagged = asked.tag === undefined || asked.tag === tag;
  const isPinned = asked.digest === undefined || asked.digest === digest;
  return isNamed && isTagged && isPinned ? 'whole' : undefined;
}

/** By the first digits of its id, or by its name or the beginning of it. */
export function fitsContainer(wanted: string, { id, name }: RunningContainer): Fit {
  const byId = fitsDigits(wanted, id);
  if (byId || name === wanted) return 'whole';
  return name?.startsWith(wanted) ? 'part' : undefined;
}
