import { HarborError } from '../../../errors.ts';
import { isOverdue } from '../failures.ts';
import { visible } from '../text.ts';
import { hostOf } from './hosts.ts';

/** What registries say, and what to do then. The first that matches wins. A number may be part of a port, a tag or a digest: then it is no status. */
const hints: readonly (readonly [RegExp, (registry: string) => string])[] = [
  [
    /toomanyrequests|rate limit|(?<![:\w])429(?!\w)/i,
    () => 'The registry limits pulls: log in with `docker login`, or use a mirror.',
  ],
  [
    /unauthori[sz]ed|denied|authentication|no basic auth|(?<![:\w])40[13](?!\w)/i,
    (registry) => `Log in on this host with \`docker login ${registry}\`, and check the spelling of the image.`,
  ],
  [
    /not found|manifest unknown|name unknown|(?<![:\w])404(?!\w)/i,
    () => 'Check the spelling of the image and its tag.',
  ],
];

export function unavailable(reference: string, registry: string, cause: unknown): HarborError {
  if (cause instanceof HarborError && !isRegistrys(cause)) return cause;
  const words = visible(cause instanceof Error ? cause.message : String(cause));
  const hint = hints.find(([pattern]) => pattern.test(words))?.[1];
  return new HarborError(`the image ${reference} cannot be had: ${words}`, {
    code: 'image-unavailable',
    hint: hint?.(hostOf(registry)) ?? `Is the registry ${hostOf(registry)} up, and does this host reach and trust it?`,
    cause,
  });
}

/** An engine that is late with an answer about an image waits for the registry. */
const isRegistrys = (cause: HarborError): boolean =>
  cause.code === 'engine-refused' || cause.code === 'image-unavailable' || isOverdue(cause);
