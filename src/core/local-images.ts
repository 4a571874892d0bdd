import { sha256 } from './digest.ts';
import { isRepositoryComponent } from './image-ref.ts';

/** Where an app's own images and keeps are tagged: a registry name that nobody can push to or pull from. */
export const localRepository = (app: string, service: string): string =>
  `harbormaster.local/${component(app)}/${component(service)}`;

/** Compose allows `Web` and `my..job` as names of services; a repository does not. Two names never become the same one. */
function component(name: string): string {
  if (isRepositoryComponent(name)) return name;
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${readable || 'x'}-${sha256(name).slice(0, 8)}`;
}
