import { whyMutable } from '../core/image-ref.ts';
import { servicesAndJobs } from '../core/jobs.ts';
import type { Gate } from '../model/verdict.ts';

/** A tag that moves makes two deployments of one commit differ. Pins keep what runs stable; the next resolution may not. */
export const mutableTags: Gate = {
  name: 'mutable-tags',
  judge: ({ release }) =>
    servicesAndJobs(release).flatMap(({ name, image }) => {
      const why = image.from === 'build' ? undefined : whyMutable(image.requested);
      if (why === undefined) return [];
      return [
        {
          gate: 'mutable-tags',
          ruling: 'warn',
          service: name,
          reason: `runs ${image.requested}: ${why}. Name a version.`,
          lift: undefined,
        },
      ];
    }),
};
