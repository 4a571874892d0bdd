import type { Cause, Change } from '../model/change.ts';
import type { Mend } from '../model/mend.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import { alterations, alterationText, mendsOf } from './alterations.ts';
import { type DiffInput, found, isFinished, type Sight, stopped } from './sight.ts';

export function startOf(to: ReleaseService, kept: readonly ObservedContainer[]): readonly Repair[] {
  const down = kept.filter((container) => stopped.has(container.state) && !(to.oneShot && isFinished(container)));
  return down[0] ? [{ kind: 'start', to, from: down, cause: { kind: 'stopped', found: found(down[0]) } }] : [];
}

type Repair = Extract<Change, { kind: 'start' | 'mend' }>;

/** What can be put right on the container that is there. */
export function mendOf(to: ReleaseService, kept: readonly ObservedContainer[], input: Sight): readonly Repair[] {
  const isOwn = isNameOf(to, input.release);
  const free = namesOf(to, input.release).filter((name) => !input.names.has(name));
  const mended = kept.flatMap((container) => {
    const { id, name, state } = container;
    const own = isOwn(name) || container.adopted ? undefined : free.shift();
    const mends: readonly Mend[] = [
      ...(state === 'paused' ? [{ kind: 'unpause', container: { id, name } } as const] : []),
      ...(own === undefined ? [] : [{ kind: 'rename', container: { id, name }, to: own } as const]),
      // A name is an alias on networks, too: with the name those may be right again.
      ...mendsOf(container, alterationsOf(container, to, input)),
    ];
    return mends.length > 0 ? [{ container, mends, own }] : [];
  });
  const [first] = mended;
  if (first === undefined) return [];
  const mends = mended.flatMap((one) => one.mends);
  const from = mended.map(({ container }) => container);
  const renamed = mended.find(({ own }) => own !== undefined);
  return [{ kind: 'mend', to, from, mends, cause: causeOfMend() }];

  function causeOfMend(): Cause {
    if (from.some(({ state }) => state === 'paused')) return { kind: 'paused' };
    if (renamed?.own === undefined) return alteredCause(to, from, input);
    return { kind: 'renamed', from: renamed.container.name, to: renamed.own };
  }
}

export const alterationsOf = (container: ObservedContainer, to: ReleaseService, { release, history }: DiffInput) => {
  if (history?.deployed?.release !== release.digest) return [];
  const baseline = history.deployed.configured[to.name];
  return baseline?.digest === to.digest ? alterations(container.configured, baseline.fields) : [];
};

export const alteredCause = (to: ReleaseService, from: readonly ObservedContainer[], input: Sight): Cause => ({
  kind: 'altered',
  fields: [...new Set(from.flatMap((container) => alterationsOf(container, to, input).map(alterationText)))],
});

/** The names that Compose gives to the service's containers. */
const namesOf = ({ name, containerName, replicas }: ReleaseService, { project }: Release): string[] =>
  containerName === undefined
    ? Array.from({ length: replicas }, (_, index) => `${project}-${name}-${index + 1}`)
    : [containerName];

/** Compose counts on from the highest number that there is: a gap is nothing to mend. */
export function isNameOf({ name, containerName }: ReleaseService, { project }: Release): (taken: string) => boolean {
  const prefix = `${project}-${name}-`;
  return (taken) =>
    containerName === undefined
      ? taken.startsWith(prefix) && /^[1-9]\d*$/.test(taken.slice(prefix.length))
      : taken === containerName;
}
