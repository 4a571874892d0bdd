import { type EngineThings, orphanOf, projectsInUse, undeclaredApps } from '../core/orphans.ts';
import type { Harbor } from './harbor.ts';
import type { House } from './house.ts';

/** What is left of apps that are not declared: of their projects, and of their folders. A project that a declared app has is that one's. */
export function lookingForOrphans({ config, context }: House): Pick<Harbor, 'orphans'> {
  const { engine, journal, kept, instance } = context;
  return {
    async orphans() {
      const snapshot = journal.all();
      const [{ containers }, folders] = await Promise.all([engine.observe(), kept.list()]);
      const inUse = projectsInUse(config(), snapshot);
      const apps = undeclaredApps({ config: config(), snapshot, containers, folders, instance }).map((one) =>
        one.project !== undefined && inUse.has(one.project) ? { ...one, project: undefined } : one,
      );
      const thingsOf = async (project: string | undefined): Promise<EngineThings> => {
        if (project === undefined) return { networks: [], volumes: [] };
        const [networks, volumes] = await Promise.all([engine.networks(project), engine.volumes(project)]);
        return { networks, volumes };
      };
      const found = await Promise.all(
        apps.map(async (one, at) => {
          // Folders are of an app, whatever projects it had.
          const isFirst = apps.findIndex(({ app }) => app === one.app) === at;
          const own = isFirst ? folders : [];
          return orphanOf(one, { snapshot, containers, folders: own, ...(await thingsOf(one.project)) });
        }),
      );
      return found.flatMap((orphan) => orphan ?? []);
    },
  };
}
