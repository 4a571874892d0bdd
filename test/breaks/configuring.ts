import type { Breaks } from './break.ts';

/** Where the configuration comes from, and the daemon that follows it. */
export const configuring: Breaks = {
  'scenarios/configuration': [
    {
      tests: ['each change of the file is one entry'],
      in: 'src/reconcile/note-configuration.ts',
      from: 'if (isPartial && journal.all().configuration?.trouble?.signature !== signature)',
      to: 'if (isPartial)',
    },
    {
      tests: ['whoever applies by hand'],
      in: 'src/reconcile/note-configuration.ts',
      from: "trigger.kind === 'start' || trigger.kind === 'request' ?",
      to: "trigger.kind === 'start' ?",
    },
    {
      tests: ['links that are swapped as Kubernetes does'],
      in: 'src/config/in-force.ts',
      from: 'files: () => [...new Set([...(current?.files ?? []), ...tried])],',
      to: 'files: () => [...new Set([...(current?.files ?? []), ...tried])].slice(0, 1),',
    },
    {
      tests: ['an editor that puts another file in its place'],
      in: 'src/edges/config-watch.ts',
      from: 'if (isSame(files, watched)) return false;',
      to: 'if (isSame(files, files)) return false;',
    },
    {
      tests: ['an app that is for other hosts now'],
      in: 'src/core/hosts.ts',
      from: 'return !not.some(fits) && (yes',
      to: 'return (yes',
    },
  ],
  'scenarios/configuration-git': [
    {
      tests: ['two hosts run different apps'],
      in: 'src/config/relevance.ts',
      from: 'return globs === undefined ||',
      to: 'return globs !== null ||',
    },
    {
      tests: ['a broken commit leaves the last good one'],
      in: 'src/config/load.ts',
      from: 'if (strict || kept === undefined || kept === newest) throw error;',
      to: 'if (strict || kept === undefined || kept !== null) throw error;',
    },
    {
      tests: ['without a daemon every verb reads the same'],
      in: 'src/cli/same-config.ts',
      from: 'if (from !== undefined && daemon.from !== sourceNameOf(from))',
      to: "if (from !== undefined && daemon.from === '')",
    },
    {
      tests: ['what only the host may say is refused'],
      in: 'src/config/fence.ts',
      from: '...allowances(root, settings, fence),',
      to: '',
    },
    {
      tests: ['SIGHUP looks at the repository now'],
      in: 'src/edges/config-watch.ts',
      from: 'void begin(true);',
      to: 'void begin(false);',
    },
    {
      tests: ['a Git server that takes every request and never answers'],
      in: 'src/edges/git/source.ts',
      from: 'Timeouts = { look: 15_000,',
      to: 'Timeouts = { look: 60_000,',
    },
  ],
  'scenarios/discover': [
    {
      tests: ['apps come and go with their folders'],
      in: 'src/reconcile/departures.ts',
      from: 'limit: config().removalGuard,',
      to: 'limit: 99,',
    },
    {
      tests: ['a failed look removes nothing'],
      in: 'src/config/with-found.ts',
      from: 'ahead: [newest, kept].flatMap(',
      to: 'ahead: [newest].flatMap(',
    },
    {
      tests: ['what a folder may not say'],
      in: 'src/config/found-apps.ts',
      from: 'const shape = error ?',
      to: 'const shape = error === null ?',
    },
    {
      tests: ['folders cost no request of their own'],
      in: 'src/reconcile/sightings.ts',
      from: 'const joined = follows().filter(({ repository }) =>',
      to: "const joined = follows().filter(({ repository }) => repository.id === '' &&",
    },
  ],
  'scenarios/daemon': [
    {
      tests: ['the daemon deploys a push by itself'],
      in: 'src/reconcile/schedule.ts',
      from: 'at: jittered(interval, random),',
      to: 'at: 1000 * jittered(interval, random),',
    },
    {
      tests: ['a second daemon on one state folder'],
      in: 'src/edges/lock.ts',
      from: 'const who = await holderOf(file);',
      to: "const who = await holderOf('');",
    },
    {
      tests: ['a changed configuration is taken over'],
      in: 'src/config/in-force.ts',
      from: 'current &&= { ...current, troubles',
      to: 'current &&= { ...current, apps: [], troubles',
    },
    {
      tests: ['an environment file that a reload brought in'],
      in: 'src/edges/config-watch.ts',
      from: 'if (isSame(files, watched)) return false;',
      to: 'if (isSame(files, files)) return false;',
    },
    {
      tests: ['a state folder that cannot be written'],
      in: 'src/edges/state-folder.ts',
      from: "const right = use === 'write' ?",
      to: 'const right = use ?',
    },
    {
      tests: ['kill -9 in the middle of a deployment'],
      in: 'src/reconcile/recover.ts',
      from: 'if (history === undefined || open === undefined || journal.atWork.has(open.seq)) continue;',
      to: 'if (history === undefined || open === undefined || journal) continue;',
    },
    {
      tests: ['are told to a signed webhook'],
      in: 'src/core/notable.ts',
      from: 'return isWell(is) && (isAllowed || wasTold(was)) ?',
      to: 'return isWell(is) && isAllowed ?',
    },
  ],
  'scenarios/webhooks': [
    {
      tests: ['long before the interval'],
      in: 'src/reconcile/loop.ts',
      from: 'schedule.hint(trigger, apps, clock.elapsed());',
      to: '',
    },
    {
      tests: ['while the one before is being fetched'],
      in: 'src/reconcile/schedule.ts',
      from: 'apps().filter((app) => names.includes(app.name))',
      to: 'apps().filter((app) => names.includes(app.name) && !busy.has(app.name))',
    },
    {
      tests: ['a push to the repository that the configuration comes from'],
      in: 'src/reconcile/sightings.ts',
      from: 'seen.hint(followings);',
      to: '',
    },
  ],
  'scenarios/preview': [
    {
      tests: ['that are not deployed are planned'],
      in: 'src/reconcile/preview.ts',
      from: 'const said = [...verdicts, ...proposal.verdicts];',
      to: 'const said = [...verdicts];',
    },
  ],
};
