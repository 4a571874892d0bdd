import type { Breaks } from './break.ts';

export const deploying: Breaks = {
  'scenarios/deploy': [
    {
      tests: ['a first pass deploys the app'],
      in: 'src/reconcile/await-services.ts',
      from: 'if (first === undefined) return;',
      to: 'return;',
    },
    {
      tests: ['the program says and does'],
      in: 'src/main.ts',
      from: 'stdout: process.stdout,',
      to: 'stdout: process.stderr,',
    },
    {
      tests: ['only the one service of three', 'changed content of a mounted file'],
      in: 'src/core/seal.ts',
      from: 'service: essence(bare, input.model), content }',
      to: 'service: essence(bare, input.model), content, commit: input.revision.commit }',
    },
    {
      tests: ['a pass in which nothing changed', 'a commit outside of what the app reads'],
      in: 'src/reconcile/candidate.ts',
      from: 'if (previous && !(await parts.pins.moved(previous))) return previous;',
      to: '',
    },
    {
      tests: ['is removed after the others are healthy'],
      in: 'src/strategies/recreate.ts',
      from: '...apply(input), ...remove(input)]',
      to: '...remove(input), ...apply(input)]',
    },
    {
      tests: ['the data folder of an app is its own'],
      in: 'src/core/field-values.ts',
      from: 'if (!open.has(first) || path.some((key) => closed.has(key))) return [];',
      to: '',
    },
    {
      tests: ['killed or removed by hand is back'],
      in: 'src/reconcile/keep.ts',
      from: 'if (small.plan.steps.length === 0) return undisturbed(pass, context);',
      to: 'if (small) return undisturbed(pass, context);',
    },
    {
      tests: ['a network whose definition changed'],
      in: 'src/core/close.ts',
      from: '(declared.digest === network.digest && declared.key === network.key)',
      to: 'declared.key === network.key',
    },
    {
      tests: ['shares the network of a replaced one'],
      in: 'src/core/close.ts',
      from: '(isRenewal(change) ? [change.to.name] : [])',
      to: '(isRenewal(change) ? [] : [])',
    },
    {
      tests: ['whoever of them is gone or left behind'],
      in: 'src/core/causes.ts',
      from: 'if (to.sharesWith.length === 0 || !from.some(isLost)) return undefined;',
      to: 'if (isLost) return undefined;',
    },
  ],
  'scenarios/images': [
    {
      tests: ['an image is pulled by digest'],
      in: 'src/reconcile/pins.ts',
      from: 'return now.some(({ before, after }) => after.pinned !== before.pinned);',
      to: 'return now.length < 0;',
    },
    {
      tests: ['with the registry down a deployed app goes on'],
      in: 'src/reconcile/pins.ts',
      from: 'await lookUp(requested, false).catch(() => previous);',
      to: 'await lookUp(requested, false);',
    },
    {
      tests: ['a private registry is asked'],
      in: 'src/edges/engines/registry/credentials.ts',
      from: "return { 'x-registry-auth': header(login, registry) };",
      to: "return { 'x-registry-auth': header(undefined, registry) };",
    },
    {
      tests: ['an image is built from the repository'],
      in: 'src/core/builds.ts',
      from: 'canonical({ build: section, ids })',
      to: 'canonical({ build: section })',
    },
  ],
  'scenarios/git': [
    {
      tests: ['one repository serves three apps'],
      in: 'src/reconcile/looks.ts',
      from: 'byRepository.set(app.repository.id, [...(byRepository.get(app.repository.id) ?? []), app]);',
      to: 'byRepository.set(app.name, [app]);',
    },
    {
      tests: ['a force-push is followed'],
      in: 'src/edges/git/look.ts',
      from: 'return [name, refs.get(wish) ?? refMissing(repository.url, ref, existing)];',
      to: 'return [name, new Error(`not ${refs.get(wish)}`)];',
    },
    {
      tests: ['a branch that is gone leaves'],
      in: 'src/edges/git/look.ts',
      from: 'const isGone = names.some((name) => !refs.has(name));',
      to: 'const isGone = names.length < 0;',
    },
    {
      tests: ['Git down for many passes'],
      in: 'src/reconcile/refuse.ts',
      from: '|| !needsEntry(history, outcome, signature)',
      to: '|| !signature',
    },
    {
      tests: ['one Git server that never answers'],
      in: 'src/edges/git/look.ts',
      from: 'const together = 16;',
      to: 'const together = 1;',
    },
    {
      tests: ['over ssh with a key'],
      in: 'src/edges/git/ssh.ts',
      from: 'StrictHostKeyChecking=yes',
      to: 'StrictHostKeyChecking=no',
    },
  ],
  'scenarios/bad-releases': [
    {
      tests: ['leaves the old container alone, and the entry says why'],
      in: 'src/reconcile/advance.ts',
      from: 'return refuse(pass, { outcome: failure(target.error, undefined), revision: target.revision }, context);',
      to: 'return untouched(pass.app);',
    },
    {
      tests: ['is denied, and the message is the line'],
      in: 'src/reconcile/forbid.ts',
      from: '    ...denials(verdicts),',
      to: '',
    },
    {
      tests: ['what the host’s owner allows is deployed'],
      in: 'src/policies/rule.ts',
      from: 'return by ?? (besides &&',
      to: 'return (by ? undefined : by) ?? (besides &&',
    },
    {
      tests: ['a crash loop is recognised'],
      in: 'src/core/health.ts',
      from: "if (standing.kind !== 'progressing' || restarts < crashLoop || state === 'running') return standing;",
      to: 'if (standing) return standing;',
    },
    {
      tests: ['a version that never gets healthy'],
      in: 'src/core/health.ts',
      from: "if (container.health === 'starting') return { kind: 'progressing', detail: 'health: starting' };",
      to: '',
    },
    {
      tests: ['a one-shot that exits 0 is healthy', 'a service that exits 0 fails the deployment'],
      in: 'src/core/sight.ts',
      from: 'to.oneShot && history?.completed.includes(to.digest) === true',
      to: 'to.oneShot && history === null',
    },
  ],
};
