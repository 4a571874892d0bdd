import type { Breaks } from './break.ts';

/** What people say and ask for. */
export const people: Breaks = {
  'scenarios/approval': [
    {
      tests: ['a new release waits until its plan is approved'],
      in: 'src/reconcile/forbid.ts',
      from: "...(clearance.kind === 'barred' ? [clearance.reason] : []),",
      to: '',
    },
    {
      tests: ['the author is refused, two people are needed'],
      in: 'src/reconcile/decide.ts',
      from: 'if (app.approval.notByAuthor && isAuthor(by, [author, committer])) {',
      to: 'if (app.approval.notByAuthor && isAuthor(by, [])) {',
    },
    {
      tests: ['a newer commit, a killed container and another policy'],
      in: 'src/core/approval.ts',
      from: 'policy: app.approval,',
      to: '',
    },
    {
      tests: ['a rejected plan is left until somebody else'],
      in: 'src/reconcile/decide.ts',
      from: 'if (rejection && isSamePerson(rejection.by, by)) {',
      to: 'if (rejection && isSamePerson(rejection.by, "")) {',
    },
    {
      tests: ['an approval that nothing came of expires'],
      in: 'src/core/approval.ts',
      from: 'now - Date.parse(at) < policy.expiresAfter',
      to: 'now > Date.parse(at)',
    },
    {
      tests: ['an approval outlives a kill -9'],
      in: 'src/core/decisions.ts',
      from: '[...(history.decisions ?? []), decision].slice(-most)',
      to: '[decision]',
    },
  ],
  'scenarios/by-hand': [
    {
      tests: ['rollback goes to the last good release'],
      in: 'src/core/attempts.ts',
      from: '      ...bad,',
      to: '',
    },
    {
      tests: ['a second rollback goes further back'],
      in: 'src/reconcile/rollback.ts',
      from: 'findLast(({ release }) => !bad.has(release))',
      to: 'findLast(({ release }) => bad.has(release) && release !== history.applied)',
    },
    {
      tests: ['rollback --to takes the first digits'],
      in: 'src/core/attempts.ts',
      from: 'hold: open?.hold ? {',
      to: 'hold: open === undefined ? {',
    },
    {
      tests: ['a rollback that cannot be is refused'],
      in: 'src/reconcile/rollback.ts',
      from: 'if (first.release === history?.deployed?.release && history.applied === first.release) {',
      to: 'if (first === undefined) {',
    },
    {
      tests: ['hold lets nothing newer in'],
      in: 'src/reconcile/forbid.ts',
      from: 'if (history?.hold === undefined) return [];',
      to: 'if (history?.hold !== null) return [];',
    },
    {
      tests: ['retry brings in a bad release'],
      in: 'src/core/history.ts',
      from: 'quarantined: history.quarantined.filter((bad) => bad.release !== release),',
      to: '',
    },
  ],
};
