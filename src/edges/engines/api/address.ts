import { HarborError } from '../../../errors.ts';

/** Where an engine listens, as `node:http` takes it. */
export type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Reads a DOCKER_HOST: `unix:///path`, `tcp://host:port` or `http://host:port`. */
export function parseDockerHost(dockerHost: string): EngineAddress {
  if (dockerHost.startsWith('unix://')) return { socketPath: dockerHost.slice('unix://'.length) };
  const url = URL.canParse(dockerHost) ? new URL(dockerHost.replace(/^tcp:/, 'http:')) : undefined;
  if (url?.protocol === 'http:' && url.hostname !== '') {
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 2375) };
  }
  throw new HarborError(`the engine address ${dockerHost} is not understood`, {
    code: 'usage',
    hint: 'Use unix:///path/to/docker.sock or tcp://host:port.',
  });
}
