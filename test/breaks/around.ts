import type { Breaks } from './break.ts';

/** What goes on around a deployment: hooks, checks, changed files, order, windows, suspensions, signatures. */
export const around: Breaks = {
  'scenarios/hooks': [
    {
      tests: ['a hook runs once before each new release'],
      in: 'src/reconcile/deploy.ts',
      from: '  await dropJobs(app, observed, context);',
      to: '',
    },
    {
      tests: ['hooks run at their moment'],
      in: 'src/core/hook-plan.ts',
      from: "...at('post_deploy')],",
      to: '],',
    },
    {
      tests: ['a hook that fails before the deployment'],
      in: 'src/core/hook-plan.ts',
      from: '    ...extras.before,\n    ...acts.slice(0, tail),',
      to: '    ...acts.slice(0, tail),\n    ...extras.before,',
    },
    {
      tests: ['a hook that never ends is stopped'],
      in: 'src/reconcile/hooks.ts',
      from: 'Math.min(run.limit, Math.max(0, left))',
      to: '60_000 + left',
    },
    {
      tests: ['a hook that the engine cannot stop'],
      in: 'src/reconcile/perform.ts',
      from: '  if (hasUnsettledHooks(tools.journal.of(task.plan.app))) return failed;',
      to: '',
    },
    {
      tests: ['a hook whose container somebody removes'],
      in: 'src/reconcile/hooks.ts',
      from: "if (ended.kind === 'gone') return { result: 'lost',",
      to: "if (ended.kind === 'gone') return { result: 'passed',",
    },
    {
      tests: [
        '%s that %s',
        'one that failed while Harbormaster was down',
        'on_failure: the deployed release comes back',
        'pre_remove: the app is removed',
      ],
      in: 'src/core/hook-runs.ts',
      from: 'return isCutShort || hooks === undefined ? hooks : withoutEnd(hooks);',
      to: 'return isCutShort || hooks === undefined ? undefined : withoutEnd(hooks);',
    },
    {
      tests: ['after a hook that cannot be undone'],
      in: 'src/core/failure-policy.ts',
      from: "return onFailure === 'rollback' && isCrossed ? 'hold' : onFailure;",
      to: 'return onFailure;',
    },
  ],
  'scenarios/checks': [
    {
      tests: ['every kind of check is in the plan'],
      in: 'src/core/hook-plan.ts',
      from: 'after: [...checks.map(asked(false)), ',
      to: 'after: [',
    },
    {
      tests: ['a release that does not pass is rolled back'],
      in: 'src/core/hook-plan.ts',
      from: 'after: [...checks.map(asked(false)), ',
      to: 'after: [...checks.map(asked(true)), ',
    },
  ],
  'scenarios/on-change': [
    {
      tests: ['each service whose file changed gets'],
      in: 'src/core/on-change.ts',
      from: "if (rules.some(({ kind }) => kind === 'restart')) return { kind: 'restart' };",
      to: '',
    },
    {
      tests: ['a content that makes a service unhealthy'],
      in: 'src/core/health.ts',
      from: 'if (since > container.startedAt && checked.has(container.health)) return judgeSince(container, since);',
      to: '',
    },
    {
      tests: ['killed while the files change'],
      in: 'src/core/refreshed.ts',
      from: "const reached = outcome.kind === 'applied' ?",
      to: 'const reached = outcome.kind ?',
    },
    {
      tests: ['a container that holds on to a file'],
      in: 'src/reconcile/in-sight.ts',
      from: 'reports.every(({ startedAt }) => startedAt >= latest);',
      to: 'latest > 0;',
    },
    {
      tests: ['a container that was started over the files'],
      in: 'src/core/exposed.ts',
      from: "if (act === 'files') {",
      to: "if (act === 'build') {",
    },
  ],
  'scenarios/order': [
    {
      tests: ['one apply brings a chain of apps up'],
      in: 'src/reconcile/in-order.ts',
      from: 'return again(app);',
      to: 'return report;',
    },
    {
      tests: ['a commit that changes two apps'],
      in: 'src/reconcile/waits.ts',
      from: '[...dependents, ...behind(report.app, apps())]',
      to: '[...dependents, ...behind(report.app, [])]',
    },
    {
      tests: ['what changed waits while the other one is ill'],
      in: 'src/core/dependencies.ts',
      from: 'if (first === undefined) return undefined;',
      to: 'if (first !== null) return undefined;',
    },
    {
      tests: ['a person need not wait'],
      in: 'src/reconcile/forbid.ts',
      from: 'return isBegun || trigger.ignoreOrder !== undefined ? [] :',
      to: 'return isBegun ? [] :',
    },
    {
      tests: ['apps that wait for each other are refused'],
      in: 'src/config/assemble.ts',
      from: '...judgeOrder(root, isOpen),',
      to: '',
    },
  ],
  'scenarios/windows': [
    {
      tests: ['windows keep back what they block'],
      in: 'src/core/windows.ts',
      from: "if (first) return { kind: 'closed', windows: namesOf(shut), why: first.why, until: until() };",
      to: '',
    },
    {
      tests: ['a removal waits for its window'],
      in: 'src/reconcile/remover.ts',
      from: 'if (kept) return kept;',
      to: 'if (kept && !leftover) return kept;',
    },
  ],
  'scenarios/suspend': [
    {
      tests: ['a suspended app is neither deployed nor healed', 'what kill -9 cut short is written down at once'],
      in: 'src/core/suspension.ts',
      from: "inForce('app', ownOf(snapshot, app), now)",
      to: "inForce('app', undefined, now)",
    },
    {
      tests: ['a suspension ends by itself'],
      in: 'src/reconcile/lift-watch.ts',
      from: 'const before = standing;',
      to: 'const before = standing.slice(0, 0);',
    },
    {
      tests: ['a suspended host covers what comes later'],
      in: 'src/core/suspension.ts',
      from: "inForce('host', snapshot.suspension, now)",
      to: "inForce('host', undefined, now)",
    },
  ],
  'scenarios/signed': [
    {
      tests: ['a commit of a known key is deployed', 'a signed tag is deployed, also by a range'],
      in: 'src/edges/git/signatures.ts',
      from: "return { kind: 'unknown-key', keyType, fingerprint };",
      to: "return { kind: 'good', signer: { principal: 'anybody', keyType, fingerprint } };",
    },
    {
      tests: ['a running daemon follows no key'],
      in: 'src/reconcile/target.ts',
      from: 'last.trust === trust &&',
      to: '',
    },
    {
      tests: ['a range refuses an unsigned commit'],
      in: 'src/core/provenance.ts',
      from: 'for (const other of others) vouchedFor(other, verify);',
      to: '',
    },
    {
      tests: ['a branch that was wound back'],
      in: 'src/core/provenance.ts',
      from: 'if (follows || deployed === undefined) return;',
      to: 'if (deployed === undefined || name) return;',
    },
    {
      tests: ['follows 1.4.1 and 1.5.0, no 2.0.0'],
      in: 'src/core/provenance.ts',
      from: 'if (!goesBack(ref.name, revision.ref, before) || isAccepted(history, revision.commit)) return;',
      to: 'if (!goesBack(ref.name, revision.ref, before) || history) return;',
    },
  ],
  'scenarios/tightened': [
    {
      tests: ['a policy that is tightened'],
      in: 'src/reconcile/reconcile.ts',
      from: 'const objected = await noteObjections(settled, context);',
      to: 'const objected = undefined;',
    },
  ],
};
