import { instead } from '../core/instead.ts';
import { homeOf, nameTrouble, type Renaming, renamed, renamingsIn } from '../core/names.ts';
import type { HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { EntryBody } from '../model/entry.ts';
import type { HostSnapshot } from '../model/history.ts';
import type { Release } from '../model/release.ts';
import type { Trigger } from '../model/trigger.ts';
import type { LiveFiles, ReleaseStore } from '../ports.ts';
import type { Journal } from './journal.ts';
import { register } from './register.ts';

/** Writes down which apps have another name by now. Gives those to which nothing may be done because of their name. */
export type TakeNames = (trigger: Trigger) => Promise<ReadonlyMap<string, HarborError>>;

interface UnderNewNames {
  /** The log as it is once the new names are written down: whoever only looks sees the same as the next pass. */
  readonly journal: Journal;
  readonly settle: TakeNames;
}

interface Known {
  readonly of: HostSnapshot;
  readonly apps: HostConfig['apps'];
  /** What is still to be written down. */
  readonly pending: readonly Renaming[];
  /** The log as it is after that. */
  readonly seen: HostSnapshot;
}

export function underNewNames(log: Journal, config: () => HostConfig): UnderNewNames {
  let known: Known | undefined;
  const look = (): Known => {
    const [of, { apps }] = [log.all(), config()];
    if (known?.of === of && known.apps === apps) return known;
    const pending = renamingsIn(of, apps);
    known = { of, apps, pending, seen: pending.reduce(renamed, of) };
    return known;
  };
  let taking: Promise<void> | undefined;
  /** Each once, whoever asks first. */
  const take = (trigger: Trigger): Promise<void> => {
    taking ??= takeAll(trigger).finally(() => {
      taking = undefined;
    });
    return taking;
  };
  const takeAll = async (trigger: Trigger): Promise<void> => {
    for (const renaming of look().pending) await log.record({ kind: 'renamed', ...renaming, trigger });
  };
  /** What is said of an app under its new name is said of it, and not of another one. */
  const takeFor = async (body: EntryBody): Promise<void> => {
    if ('app' in body && look().pending.some(({ app }) => app === body.app)) await take(triggerOf(body));
  };
  const journal = instead(log, {
    all: () => look().seen,
    async record(body) {
      await takeFor(body);
      return await log.record(body);
    },
    async begin(intent, barred) {
      await takeFor(intent);
      return await log.begin(intent, barred);
    },
    of: (app) => {
      const { apps } = look().seen;
      return Object.hasOwn(apps, app) ? apps[app] : undefined;
    },
  });
  return {
    journal,
    async settle(trigger) {
      const isAny = look().pending.length > 0;
      await take(trigger);
      // What left under its old name is here again.
      if (isAny) await register(config(), trigger, journal);
      const troubles = config().apps.map((app) => [app.name, nameTrouble(look().seen, app)] as const);
      return new Map(troubles.flatMap(([app, error]) => (error ? [[app, error] as const] : [])));
    },
  };
}

/** Steps and their like follow an entry that has one. */
const triggerOf = (body: EntryBody): Trigger => ('trigger' in body ? body.trigger : { kind: 'interval' });

type Places = { readonly live: LiveFiles; readonly releases: ReleaseStore };

/** The folders of each app where they always were: what containers mount stays where it is, whatever the app is called. */
export function atHome({ live, releases }: Places, { all }: Pick<Journal, 'all'>): Places {
  const home = (app: string): string => homeOf(all(), app);
  const homed = (release: Release): Release => ({ ...release, app: home(release.app) });
  return {
    live: instead(live, {
      folders: (app) => live.folders(home(app)),
      holds: (app) => live.holds(home(app)),
      write: (app, ...rest) => live.write(home(app), ...rest),
      placedAt: (app, paths) => live.placedAt(home(app), paths),
      tidy: (app, release) => live.tidy(home(app), release),
      intact: (app, mounts) => live.intact(home(app), mounts),
    }),
    releases: instead(releases, {
      save: async (release) => ({ ...(await releases.save(homed(release))), release }),
      load: async (app, digest) => {
        const stored = await releases.load(home(app), digest);
        return stored && { ...stored, release: { ...stored.release, app } };
      },
      files: (release, fill) => releases.files(homed(release), fill),
      list: (app) => releases.list(home(app)),
      prune: (app, keep, pinned) => releases.prune(home(app), keep, pinned),
    }),
  };
}
