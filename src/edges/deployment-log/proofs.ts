import type { VerifyReport } from './verify.ts';

type Facts = Omit<VerifyReport, 'proves' | 'cannotProve'>;

/** What the log's files prove, in sentences. */
export function proofs({
  entries,
  first,
  repairs,
  problem,
  checkpoints,
  witness,
  key,
  left,
}: Facts): readonly string[] {
  if (entries === 0) return [];
  const isSound = problem === undefined;
  return [
    ...(isSound || first <= entries
      ? [
          `entries ${first} to ${entries} follow one another: before the last of them, none was changed, removed, inserted or moved`,
        ]
      : []),
    ...(isSound ? ['every intent has exactly one outcome, but for those that are listed as open'] : []),
    ...(repairs.length > 0 ? ['every byte that is no entry is covered by the entry after it'] : []),
    ...(checkpoints.covered > 0
      ? [`entries up to ${checkpoints.covered} are those that ${whose(key)} signed: their end was not cut off`]
      : []),
    ...(witness && witness.covered > 0
      ? [
          `entries up to ${witness.covered} are those that the witness ${witness.url} was told of: nobody rewrote them since, not even root on this host`,
        ]
      : []),
    ...(left ? [`entries up to ${left.through} left by policy on ${left.at}, as entry ${left.entry} says`] : []),
  ];
}

const whose = (key: Facts['key']): string => (key?.given ? 'the given key' : "the host's key");

/** What they do not, and what would. */
export function limits({ entries, checkpoints, witness, key, lost }: Facts): readonly string[] {
  const covered = Math.max(checkpoints.covered, witness?.covered ?? 0);
  const uncovered = entries > covered ? tail(covered, entries) : undefined;
  return [
    ...(uncovered === undefined ? [] : [uncovered]),
    ...(witness === undefined
      ? [
          `that root on this host, who has the key, did not write everything anew: compare with a witness (--witness), or keep the head elsewhere`,
        ]
      : afterWitness(witness.covered, entries)),
    ...(checkpoints.covered > 0 && key?.given === false
      ? [
          'whose key it is: the log itself named it. Give the one that you noted when the host was set up (--public-key)',
        ]
      : []),
    ...lost.map(
      ({ from, to, entry, by, reason }) =>
        `entries ${from} to ${to}: they are lost, and ${by ?? 'somebody'} accepted that in entry ${entry}: ${reason}`,
    ),
  ];
}

function tail(covered: number, entries: number): string {
  const [is, would] =
    covered === 0
      ? ['no checkpoint covers the entries', 'an end that was cut off']
      : [`${span(covered + 1, entries)} after the last checkpoint`, 'a cut end there'];
  return `${is}: ${would} would not be seen, nor a change of the last line`;
}

const span = (from: number, to: number): string => (from === to ? `entry ${from} is` : `entries ${from} to ${to} are`);

const afterWitness = (covered: number, entries: number): readonly string[] =>
  covered >= entries
    ? []
    : [
        `${span(covered + 1, entries)} not known to the witness yet: root on this host could still write ${covered + 1 === entries ? 'it' : 'them'} anew`,
      ];
