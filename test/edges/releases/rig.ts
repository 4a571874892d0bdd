import { join } from 'node:path';
import { releaseStore } from '../../../src/edges/releases/release-store.ts';
import type { Release } from '../../../src/model/release.ts';
import { revision } from '../../core/entries.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const release = (digest: string, more: Partial<Release> = {}): Release => ({
  digest,
  app: 'web',
  project: 'web',
  revision: revision(),
  services: [
    {
      name: 'web',
      image: {
        requested: 'nginx',
        pinned: 'nginx@sha256:1',
        platformDigest: undefined,
        resolvedAt: 'now',
        from: 'registry',
      },
      digest: 'd1',
      dependsOn: [{ service: 'db', condition: 'healthy', restart: false }],
      sharesWith: [],
      oneShot: false,
      replicas: 1,
      healthcheck: true,
      containerName: undefined,
      ports: [{ hostIp: '', port: 80, protocol: 'tcp' }],
      networks: ['default'],
      content: { './a': 'x' },
    },
  ],
  networks: [{ key: 'default', name: 'web_default', external: false, digest: 'n1' }],
  volumes: [],
  builds: [],
  mounts: [{ path: 'conf', object: { id: 'abc', type: 'tree' } }],
  inputs: { objects: { 'compose.yaml': 'abc', 'compose.override.yaml': null }, options: 'o1' },
  compose: `{"name":"web","services":{"web":{"environment":{"TOKEN":"s3cret"}}},"digest":"${digest}","odd":"ü\\u0000"}\n`,
  environment: { TOKEN: 's3cret-too' },
  warnings: ['watch out'],
  ...more,
});

/** A store in a folder of its own. */
export async function storeRig() {
  const folder = await temporaryFolder();
  const warnings: object[] = [];
  const logger = { warn: (fields: object) => void warnings.push(fields) };
  const open = () => releaseStore({ directory: folder.path, logger });
  return {
    open,
    store: open(),
    warnings,
    directory: folder.path,
    releases: join(folder.path, 'web', 'releases'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
