import type { Release } from '../model/release.ts';
import { sha256 } from './digest.ts';
import { isRepositoryComponent } from './image-ref.ts';

/** Where an app's own images and keeps are tagged: a registry name that nobody can push to or pull from. */
export const localRepository = (app: string, service: string): string =>
  `harbormaster.local/${component(app)}/${component(service)}`;

/** Keeps the image of a release from `docker image prune`, which takes what carries no tag. */
export const keepTag = ({ app, digest }: Pick<Release, 'app' | 'digest'>, service: string): string =>
  `${localRepository(app, service)}:keep-${digest.slice(0, 16)}`;

/** Compose allows `Web` and `my..job` as names of services; a repository does not. Two names never become the same one. */
function component(name: string): string {
  if (isRepositoryComponent(name)) return name;
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${readable || 'x'}-${sha256(name).slice(0, 8)}`;
}
