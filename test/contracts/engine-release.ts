import { labels } from '../../src/core/labels.ts';
import type { ComposeModel, ComposeService } from '../../src/model/compose-model.ts';
import type { Release, ReleaseService } from '../../src/model/release.ts';

export interface ReleaseSketch {
  readonly project: string;
  readonly instance: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Further top-level keys of the sealed file. */
  readonly model?: Partial<ComposeModel>;
}

/** A sealed release with just what an engine looks at. */
export function sketchRelease({ project, instance, services, environment = {}, model = {} }: ReleaseSketch): Release {
  const sealed = Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      { ...service, labels: stamp(project, instance, name, service) },
    ]),
  );
  const nobody = { name: 'nobody', email: 'nobody@example.org', at: '2026-01-01T00:00:00Z' };
  return {
    digest: 'd'.repeat(64),
    app: project,
    project,
    revision: {
      repository: 'none',
      ref: 'main',
      commit: 'c'.repeat(40),
      author: nobody,
      committer: nobody,
      subject: 'none',
    },
    services: Object.entries(services).map(([name, service]) => sketchService(name, service)),
    networks: [],
    volumes: [],
    builds: [],
    mounts: [],
    inputs: { objects: {}, options: '' },
    compose: JSON.stringify({ name: project, services: sealed, ...model }),
    environment,
    warnings: [],
  };
}

const stamp = (project: string, instance: string, name: string, service: ComposeService) => ({
  [labels.instance]: instance,
  [labels.app]: project,
  [labels.digest]: JSON.stringify(service).length.toString(16) + name,
  ...service.labels,
});

const sketchService = (name: string, { image = '' }: ComposeService): ReleaseService => ({
  name,
  image: {
    requested: image,
    pinned: image,
    platformDigest: undefined,
    resolvedAt: '2026-01-01T00:00:00Z',
    from: 'engine',
  },
  digest: name,
  dependsOn: [],
  sharesWith: [],
  oneShot: false,
  replicas: 1,
  healthcheck: false,
  containerName: undefined,
  ports: [],
  networks: [],
  content: {},
});
