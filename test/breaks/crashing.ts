import type { Breaks } from './break.ts';

/** What is cut short, and by whom. */
export const crashing: Breaks = {
  'scenarios/crash': [
    {
      tests: ['at the step %s of a change of %j'],
      cases: 'at the step create of a change',
      in: 'src/reconcile/recover.ts',
      from: 'if (history === undefined || open === undefined || journal.atWork.has(open.seq)) continue;',
      to: 'if (history === undefined || open === undefined || journal) continue;',
    },
  ],
  'scenarios/crash-otherwise': [
    {
      tests: ['at its step %s'],
      cases: 'at its step start',
      in: 'src/reconcile/recover.ts',
      from: 'if (history === undefined || open === undefined || journal.atWork.has(open.seq)) continue;',
      to: 'if (history === undefined || open === undefined || journal) continue;',
    },
    {
      tests: ['from a bad release, at the step %s'],
      cases: 'from a bad release, at the step files',
      in: 'src/core/attempts.ts',
      from: 'if (!isBad) return quarantined;',
      to: 'if (quarantined) return quarantined;',
    },
    {
      tests: ['that a person asked for, at the step %s'],
      cases: 'that a person asked for, at the step files',
      in: 'src/core/attempts.ts',
      from: "const isRollback = purpose === 'rollback';",
      to: "const isRollback = purpose === 'adopt';",
    },
    {
      tests: ['with Git out of reach afterwards'],
      in: 'src/reconcile/advance.ts',
      from: "if (begun && faultOf(target.error.code) === 'world')",
      to: "if (begun && faultOf(target.error.code) === 'user')",
    },
    {
      tests: ['kill -9 of Compose in mid-replace'],
      in: 'src/edges/engines/compose/up.ts',
      from: 'if (exitCode === 0) return;',
      to: 'if (exitCode !== -1) return;',
    },
    {
      tests: ['in the middle of a health wait ends it at once'],
      in: 'src/reconcile/await-services.ts',
      from: "if (awaited.signal.aborted) throw new HarborError('the wait was ended', { code: 'interrupted' });",
      to: '',
    },
    {
      tests: ['in the middle of a replace step lets it finish first'],
      in: 'src/reconcile/loop.ts',
      from: 'await crew.ended();',
      to: '',
    },
    {
      tests: ['started anew disturbs no app', 'of another version disturbs no app'],
      in: 'src/reconcile/candidate.ts',
      from: 'if (previous && !(await parts.pins.moved(previous))) return previous;',
      to: '',
    },
  ],
  'scenarios/orphan': [
    {
      tests: ['no Compose goes on, and the next pass converges'],
      in: 'src/edges/engines/compose/up.ts',
      from: 'leash: true',
      to: 'leash: false',
    },
    {
      tests: ['what the engine goes on stopping after kill -9'],
      in: 'src/edges/engines/compose/sweep.ts',
      from: 'if (since !== undefined && now - since < (await timeToStop(api, id))) return true;',
      to: '',
    },
  ],
  'scenarios/engine-outage': [
    {
      tests: ['that goes by %s and comes back'],
      cases: 'that goes by SIGTERM and comes back',
      in: 'src/reconcile/event-watch.ts',
      from: "event.kind === 'connected' || event.project === project",
      to: "event.kind !== 'connected' && event.project === project",
    },
    {
      tests: ['at the step %s of a deployment deploys that release'],
      cases: 'by SIGTERM at the step await',
      in: 'src/core/attempts.ts',
      from: "faultOf(outcome.code) === 'user' && deployed",
      to: "faultOf(outcome.code) !== 'bug' && deployed",
    },
    {
      tests: ['that is frozen in the middle of a deployment'],
      in: 'src/edges/engines/api/exchange.ts',
      from: 'deadline(call.limit ?? defaultLimit,',
      to: 'deadline(2 * (call.limit ?? defaultLimit),',
    },
    {
      tests: ['lists a container for ever'],
      in: 'src/edges/engines/compose/up.ts',
      from: 'throw found.length === 0 ? error : ghostly(found, error);',
      to: 'throw error;',
    },
  ],
  'scenarios/supersede': [
    {
      tests: ['twenty pushes during a slow health wait'],
      in: 'src/reconcile/perform.ts',
      from: 'return superseded.aborted ? {',
      to: "return superseded.reason === '' ? {",
    },
    {
      tests: ['a newer commit ends a pull that hangs'],
      in: 'src/reconcile/perform.ts',
      from: 'AbortSignal.any([task.signal, task.superseded])',
      to: 'AbortSignal.any([task.signal])',
    },
    {
      tests: ['a newer commit does not wait for a registry'],
      in: 'src/reconcile/app-passes.ts',
      from: 'Promise.race([find(app, look), search.givenUp])',
      to: 'Promise.race([find(app, look)])',
    },
    {
      tests: ['while the registry of a new tag is down'],
      in: 'src/reconcile/target.ts',
      from: "return faultOf(target.error.code) === 'user';",
      to: 'return faultOf(target.error.code) !== undefined;',
    },
  ],
  'scenarios/rename': [
    {
      tests: ['an app that has another name keeps containers'],
      in: 'src/core/claims.ts',
      from: 'return name ? { ...container, app: name } : container;',
      to: 'return container;',
    },
    {
      tests: ['and another name at the next start'],
      in: 'src/core/names.ts',
      from: 'formerNames(snapshot, app)[0]?.name ?? app;',
      to: 'formerNames(snapshot, app)[99]?.name ?? app;',
    },
    {
      tests: ['wrong uses are told with place and remedy'],
      in: 'src/core/names.ts',
      from: 'if (first && formerly.length === 0 &&',
      to: 'if (first && formerly.length > 99 &&',
    },
  ],
  'scenarios/rollback': [
    {
      tests: ['a crash loop is rolled back long before the limit'],
      in: 'src/core/attempts.ts',
      from: 'if (!isBad) return quarantined;',
      to: 'if (quarantined) return quarantined;',
    },
    {
      tests: ['and one whose job fails, are rolled back'],
      in: 'src/reconcile/keep.ts',
      from: 'return isBack ? await goBack(kept, context) :',
      to: 'return isBack ? unchanged(pass) :',
    },
    {
      tests: ['while Git and registry are gone'],
      in: 'src/reconcile/keep.ts',
      from: 'return (await releases.load(app.name, deployed))?.release;',
      to: 'return undefined;',
    },
    {
      tests: ['said to be fought after the fifth time'],
      in: 'src/core/heals.ts',
      from: "&& !hasFailed ? 'fought' : 'wait'",
      to: "&& !hasFailed ? 'wait' : 'wait'",
    },
    {
      tests: ['on_failure: leave keeps the bad release'],
      in: 'src/reconcile/keep.ts',
      from: "if (isBack && failurePolicy(app, history) !== 'rollback') return unchanged(pass);",
      to: '',
    },
    {
      tests: ['on_failure: hold keeps the bad release'],
      in: 'src/reconcile/advance.ts',
      from: '  await holdAfter(pass, report, context);',
      to: '',
    },
    {
      tests: ['deploy: manual waits and says'],
      in: 'src/reconcile/forbid.ts',
      from: "if (app.deploy !== 'manual' || named ||",
      to: "if (app.deploy !== 'manual' || app ||",
    },
  ],
  'torture/crowd': [
    {
      tests: ['apps that fail at once under a memory limit'],
      in: 'src/reconcile/refuse.ts',
      from: '!needsEntry(history, outcome, signature);',
      to: 'signature === undefined;',
    },
  ],
  'scenarios/bounds': [
    {
      tests: ['compose files of tens of megabytes'],
      in: 'src/edges/git/read.ts',
      from: '  if (content) return content;',
      to: '  if (content || limit > 0) return content;',
    },
  ],
  'torture/clock': [
    {
      tests: ['when the clock jumps %s'],
      cases: 'to an hour before it began',
      in: 'src/reconcile/await-services.ts',
      from: 'report.startedAt > now ? { ...report, startedAt: since } : report;',
      to: 'report.startedAt > now ? { ...report, ...(since < 0 && { startedAt: since }) } : report;',
    },
  ],
  'torture/disk': [
    {
      tests: ['that is full lets nothing begin'],
      in: 'src/reconcile/target.ts',
      from: "return faultOf(target.error.code) === 'user';",
      to: 'return faultOf(target.error.code) !== undefined;',
    },
    {
      tests: ['that is full when Harbormaster was killed'],
      in: 'src/reconcile/recover.ts',
      from: 'if (history === undefined || open === undefined || journal.atWork.has(open.seq)) continue;',
      to: 'if (history === undefined || open === undefined || journal) continue;',
    },
    {
      tests: ['that becomes read-only because its disk has an error'],
      in: 'src/edges/lock.ts',
      from: 'cause instanceof Error ? cause.message : String(cause);',
      to: "'something is wrong';",
    },
  ],
  'torture/engine': [
    {
      tests: ['for some seconds, from the step %s of a deployment on'],
      cases: 'that closes every connection',
      in: 'src/core/attempts.ts',
      from: "faultOf(outcome.code) === 'user' && deployed",
      to: "faultOf(outcome.code) !== 'bug' && deployed",
    },
    {
      tests: ['half a second for every answer'],
      in: 'src/edges/engines/api/observe.ts',
      from: 'const limit = 10_000;',
      to: 'const limit = 400;',
    },
  ],
  'torture/registry': [
    {
      tests: ['fails the deployment before anything is touched'],
      cases: 'a registry that asks for a login',
      in: 'src/edges/engines/registry/failure.ts',
      from: "code: 'image-unavailable',",
      to: "code: 'engine-refused',",
    },
  ],
  'torture/two': [
    {
      tests: ['of several daemons that are started at once'],
      in: 'src/edges/lock.ts',
      from: "['flock', '-n', '-E', String(taken), file, 'sh', '-c', script]",
      to: "['sh', '-c', script]",
    },
  ],
  'torture/kills': [
    {
      tests: ['after kill -9 at'],
      in: 'src/reconcile/recover.ts',
      from: 'if (history === undefined || open === undefined || journal.atWork.has(open.seq)) continue;',
      to: 'if (history === undefined || open === undefined || journal) continue;',
    },
  ],
};
