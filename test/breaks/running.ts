import type { Breaks } from './break.ts';

/** What runs is kept as it was deployed, also what somebody else started. */
export const running: Breaks = {
  'scenarios/adoption': [
    {
      tests: ['is left alone before it is adopted'],
      in: 'src/core/ownership.ts',
      from: 'if (first === undefined) return;',
      to: 'return;',
    },
    {
      tests: ['is adopted: only what mounts a folder'],
      in: 'src/core/adoption.ts',
      from: '...movedMounts(definition, found.fields).map(({ from, to }) => `mounts ${from} instead of ${to}`),',
      to: '',
    },
    {
      tests: ['is not adopted twice', 'nothing is touched: nothing'],
      after: ['is adopted: only what mounts a folder'],
      in: 'src/reconcile/adopt.ts',
      from: 'if (strangers.length === 0) throw',
      to: 'if (strangers.length < 0) throw',
    },
    {
      tests: ['is kept running from then on'],
      after: ['is adopted: only what mounts a folder'],
      in: 'src/reconcile/event-watch.ts',
      from: 'notice(concerned.map(({ name }) => name));',
      to: '',
    },
    {
      tests: ['a commit that changes one adopted service'],
      after: ['is adopted: only what mounts a folder'],
      in: 'src/core/seal.ts',
      from: 'service: essence(bare, input.model), content }',
      to: 'service: essence(bare, input.model), content, commit: input.revision.commit }',
    },
    {
      tests: ['is forgotten without a touch'],
      after: ['is adopted: only what mounts a folder'],
      in: 'src/core/claims.ts',
      from: 'if (claims.forgotten.has(container.id)) return',
      to: 'if (claims.forgotten.has("")) return',
    },
    {
      tests: ['goes when it leaves the configuration'],
      after: ['is adopted: only what mounts a folder'],
      in: 'src/reconcile/remove.ts',
      from: '(await engine.networks(leftover.project)).filter((network) => network.instance === instance);',
      to: '(await engine.networks(leftover.project)).slice(0, 0);',
    },
    {
      tests: ['where Git declares something else than runs'],
      in: 'src/core/adoption.ts',
      from: 'return found.sameHash ? undefined :',
      to: 'return found ? undefined :',
    },
    {
      tests: ['as the original Harbormaster leaves it'],
      in: 'src/reconcile/candidate.ts',
      from: 'project: app.project,\n    directory',
      to: 'project: app.name,\n    directory',
    },
    {
      tests: ['nothing is touched: services that Git does not declare'],
      in: 'src/reconcile/adopt.ts',
      from: 'if (undeclared.length > 0) throw',
      to: 'if (undeclared.length < 0) throw',
    },
    {
      tests: ['a network that is not as Git declares it'],
      in: 'src/reconcile/adopt.ts',
      from: 'if (other.length > 0) throw',
      to: 'if (other.length < 0) throw',
    },
    {
      tests: ['data beside the compose file'],
      in: 'src/reconcile/adopt.ts',
      from: '  assertNoDataLeftBehind(candidates, adoption, context);',
      to: '',
    },
    {
      tests: ["another Harbormaster's containers"],
      in: 'src/reconcile/adopt.ts',
      from: '  assertNobodyElses(adoption, strangers, instance);',
      to: '',
    },
  ],
  'scenarios/drift': [
    {
      tests: ['a container that was %s'],
      in: 'src/core/causes.ts',
      from: "from.find(({ state }) => state === 'dead');",
      to: "from.find(({ state }) => state === 'exited');",
    },
    {
      tests: ['disconnected from a network'],
      in: 'src/reconcile/schedule.ts',
      from: 'for (const name of idle) busy.add(name);',
      to: 'for (const name of idle) { busy.add(name); noticed.delete(name); }',
    },
    {
      tests: ['disconnected from a network'],
      in: 'src/core/alterations.ts',
      from: 'isNetwork(alteration) || (isLimit',
      to: '(isLimit',
    },
    {
      tests: ['a container that was removed is made again'],
      in: 'src/reconcile/event-watch.ts',
      from: 'notice(concerned.map(({ name }) => name));',
      to: '',
    },
    {
      tests: ['made anew with another environment'],
      in: 'src/core/configured.ts',
      from: '  Object.fromEntries(\n    Object.entries(fields).map(',
      to: "  Object.fromEntries(\n    Object.entries(fields).filter(([field]) => !field.startsWith('environment')).map(",
    },
    {
      tests: ['a further container with the labels of ours'],
      in: 'src/core/diff.ts',
      from: 'return [...rescale(to, from, kept), ...repairs];',
      to: 'return repairs;',
    },
    {
      tests: ['own acts are no drift'],
      in: 'src/reconcile/keep.ts',
      from: 'if (history?.drift === undefined) return unchanged(pass);',
      to: "if (history?.drift === undefined) return unchanged(pass, (await journal.record({ kind: 'recovered', app: app.name, after: 0, of: 'drift' })).seq);",
    },
    {
      tests: ['is told once under `drift: report`'],
      in: 'src/reconcile/keep.ts',
      from: "if (app.drift === 'report' && !named)",
      to: 'if (app.drift === null && !named)',
    },
    {
      tests: ['is left, and shown, under `drift: ignore`'],
      in: 'src/reconcile/keep.ts',
      from: "if (app.drift === 'ignore' && !named) return { kind: 'leave' };",
      to: '',
    },
  ],
};
