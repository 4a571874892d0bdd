import type { Breaks } from './break.ts';

/** Who goes, who stays, and who is not ours. */
export const leaving: Breaks = {
  'scenarios/removal': [
    {
      tests: ['one whose name begins alike stays'],
      in: 'src/reconcile/leftovers.ts',
      from: '(declared.includes(app) &&',
      to: '(declared.some((name) => name.startsWith(app)) &&',
    },
    {
      tests: ['several apps that leave at once wait'],
      in: 'src/core/removal.ts',
      from: 'const guarded = sorted.length > limit ? sorted : sorted.filter(waited);',
      to: 'const guarded = sorted.filter(waited);',
    },
    {
      tests: ['a disabled app is left alone'],
      in: 'src/reconcile/leftovers.ts',
      from: '(apps.find(({ name }) => name === app)?.project ?? project) === project',
      to: 'apps.find(({ name }) => name === app)?.project === project',
    },
    {
      tests: ['removes nothing and says what is wrong'],
      in: 'src/config/assemble.ts',
      from: '...shapeProblems(root, schema),',
      to: '',
    },
    {
      tests: ['two apps on one project name'],
      in: 'src/config/sense.ts',
      from: 'if (owner === undefined) {',
      to: 'if (owner !== name) {',
    },
    {
      tests: ['a project that somebody else runs'],
      in: 'src/core/ownership.ts',
      from: 'if (first === undefined) return;',
      to: 'return;',
    },
    {
      tests: ['a port that a foreign container holds'],
      in: 'src/core/ownership.ts',
      from: 'if (holder) {',
      to: 'if (holder?.name === "") {',
    },
    {
      tests: ['moves to another project name'],
      in: 'src/reconcile/leftovers.ts',
      from: 'isSettled(leftover, snapshot) && !isUnsure(leftover, known)',
      to: 'isSettled(leftover, snapshot) && !leftover.moved',
    },
    {
      tests: ['a removal waits for the deployment of its app'],
      in: 'src/reconcile/removals.ts',
      from: 'await inTurn(leftover.project, async',
      to: 'await inTurn(` ${leftover.project}`, async',
    },
  ],
  'scenarios/leaving': [
    {
      tests: ['down, stop and orphan do what they say'],
      in: 'src/reconcile/remove.ts',
      from: '...(mends.length === 0 ? [] :',
      to: '...(mends.length < 99 ? [] :',
    },
    {
      tests: ['stopped for good is started again'],
      in: 'src/core/causes.ts',
      from: "from.find(({ state }) => state === 'dead');",
      to: "from.find(({ state }) => state === 'exited');",
    },
    {
      tests: ['in its grace an app is told as leaving'],
      in: 'src/reconcile/departures.ts',
      from: 'return moved || isOver || named?.includes(app) ?',
      to: 'return moved || app ?',
    },
    {
      tests: ['in the reverse of their order'],
      in: 'src/core/removal.ts',
      from: 'for (const dependent of dependentsOf(one, leaving)) visit(dependent);',
      to: '',
    },
  ],
  'scenarios/orphans': [
    {
      tests: ['orphans lists what is left'],
      in: 'src/core/orphans.ts',
      from: 'if (!known.has(app)) add(',
      to: 'if (known.has(app)) add(',
    },
  ],
};
