import { matchesExactly } from '../core/glob.ts';
import { isImageId, parseImageRef } from '../core/image-ref.ts';
import { servicesAndJobs } from '../core/jobs.ts';
import { type Finding, gateOf } from './rule.ts';

type Image = Finding & { readonly full: string };

/** Where the code comes from that is run. What a Dockerfile takes its images from is `builds`’ business. */
export const registries = gateOf<Image>({
  allowance: 'registries',
  find: ({ release }) =>
    servicesAndJobs(release)
      .filter(({ image }) => image.from !== 'build')
      .map(({ name, image: { requested } }) => {
        const full = fullName(requested);
        return { service: name, reason: `runs ${requested}, of ${hostOf(full)}`, entry: hostOf(full), full };
      }),
  fits: (entry, { full }) => entry === hostOf(full) || matchesExactly(entry, full),
});

/** Registry and repository, as the engine understands it; `local` for an image by its id, which comes from no registry. */
function fullName(reference: string): string {
  if (isImageId(reference)) return 'local/image';
  const name = parseImageRef(reference)?.name ?? reference;
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  if (!isHost) return `docker.io/${name}`;
  return first === 'index.docker.io' ? `docker.io/${rest.length === 1 ? 'library/' : ''}${rest.join('/')}` : name;
}

const hostOf = (full: string): string => full.split('/')[0] ?? full;
