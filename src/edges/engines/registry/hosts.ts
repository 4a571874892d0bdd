/** Key of Docker Hub in Docker's own configuration. */
export const dockerHub = 'https://index.docker.io/v1/';

/** The registry of an image's name, as Docker's configuration names it. Source: https://github.com/distribution/reference */
export function registryOf(name: string): string {
  const [first = '', ...rest] = name.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  if (!isHost || first === 'docker.io' || first === 'index.docker.io') return dockerHub;
  return first;
}

/** People write keys of `auths` as `host`, `https://host` or `https://host/v1/`. */
export const hostOf = (key: string): string => key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
