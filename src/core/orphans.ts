import type { HostConfig } from '../model/config.ts';
import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '../model/observed.ts';
import type { KeptFolder, Orphan, OrphanedThing } from '../model/orphan.ts';
import { homeOf, namesByHome } from './names.ts';

/** An app that is not declared, as far as the log, labels or folders know it. */
export type Undeclared = Omit<Orphan, 'things' | 'forget'>;

interface Known {
  readonly config: Pick<HostConfig, 'apps' | 'declared' | 'formerly'>;
  readonly snapshot: HostSnapshot;
  /** As the log sees them. */
  readonly containers: readonly ObservedContainer[];
  readonly folders: readonly KeptFolder[];
  readonly instance: string;
}

/** Every app that was here and is not declared, in alphabetical order; one line for each project that it had. */
export function undeclaredApps({ config, snapshot, containers, folders, instance }: Known): readonly Undeclared[] {
  const found = new Map<string, Undeclared>();
  const add = (one: Undeclared): void => {
    const key = JSON.stringify([one.app, one.project]);
    if (!isWanted(one.app, config) && !found.has(key)) found.set(key, one);
  };
  for (const [app, history] of Object.entries(snapshot.apps)) if (isHere(history)) add(fromHistory(app, history));
  for (const { app, project, how, seq, at } of snapshot.gone ?? []) add({ app, project, how, seq, since: at });
  for (const { app, project, instance: of } of containers)
    if (of === instance && app !== undefined) add({ app, project, how: 'leaving', seq: undefined, since: undefined });
  const known = new Set([...found.values()].map(({ app }) => app));
  for (const { home } of folders) {
    const app = namesByHome(snapshot).get(home) ?? home;
    if (!known.has(app)) add({ app, project: undefined, how: 'unknown', seq: undefined, since: undefined });
  }
  return [...found.values()].toSorted((left, right) => (left.app < right.app ? -1 : 1));
}

/** A name that an app had before is not one that left. */
const isWanted = (app: string, { declared, formerly = {} }: Known['config']): boolean =>
  declared.includes(app) || Object.values(formerly).some((names) => names.includes(app));

/** Whatever was only tried and refused has left nothing. */
const isHere = ({ applied, left }: AppHistory): boolean => applied !== undefined || left !== undefined;

const fromHistory = (app: string, { project, left }: AppHistory): Undeclared => ({
  app,
  project,
  how: left?.state === 'stopped' ? 'stopped' : 'leaving',
  seq: left?.seq,
  since: left?.since,
});

/** What the engine has of an app's project. */
export interface EngineThings {
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
}

interface Remains extends EngineThings {
  readonly snapshot: HostSnapshot;
  readonly containers: readonly ObservedContainer[];
  readonly folders: readonly KeptFolder[];
}

/** With all that is left of it, and for each what removes it; undefined: nothing is. */
export function orphanOf(
  undeclared: Undeclared,
  { snapshot, containers, networks, volumes, folders }: Remains,
): Orphan | undefined {
  const { app, project, how } = undeclared;
  const isLeaving = how === 'leaving';
  const byUs = `harbormaster apply ${app}`;
  const home = homeOf(snapshot, app);
  const things: readonly OrphanedThing[] = [
    ...containers
      .filter((container) => project !== undefined && container.project === project)
      .map(
        ({ name, state }): OrphanedThing => ({
          kind: 'container',
          name,
          state,
          remove: isLeaving ? byUs : `docker rm --force ${name}`,
        }),
      ),
    ...networks.map(
      ({ name }): OrphanedThing => ({
        kind: 'network',
        name,
        remove: isLeaving ? byUs : `docker network rm ${name}`,
      }),
    ),
    ...volumes.map(({ name }): OrphanedThing => ({ kind: 'volume', name, remove: `docker volume rm ${name}` })),
    ...folders
      .filter((folder) => folder.home === home)
      .map(({ kind, path, bytes }): OrphanedThing => ({ kind, name: path, bytes, remove: `rm -r ${quoted(path)}` })),
  ];
  const forget = how === 'stopped' ? `harbormaster forget ${app}` : undefined;
  return things.length === 0 ? undefined : { ...undeclared, forget, things };
}

/** For a shell. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** Projects that are in use, whoever had them before. */
export const projectsInUse = ({ apps, declared }: Known['config'], snapshot: HostSnapshot): ReadonlySet<string> =>
  new Set([
    ...apps.map(({ project }) => project),
    ...declared.flatMap((app) => (Object.hasOwn(snapshot.apps, app) ? (snapshot.apps[app]?.project ?? []) : [])),
  ]);
