import { HarborError } from '../errors.ts';
import type { App, Ref } from '../model/app.ts';
import type { AppHistory } from '../model/history.ts';
import type { Revision } from '../model/revision.ts';
import type { Provenance, Signature, SignedObject, Signer, Verification } from '../model/verification.ts';
import { goesBack } from './version-range.ts';

/** `ada@example.org with the ED25519 key SHA256:…`. */
export const signerText = ({ principal, keyType, fingerprint }: Signer): string =>
  `${principal} with the ${keyType} key ${fingerprint}`;

/** Who signed the revision, if everything that must be signed is, by keys of the list. Throws `source-unverified`, naming the first that is not. */
export function signerOf({ objects: [head, ...others] }: Provenance, verify: Verification): Signer {
  const signer = vouchedFor(head, verify);
  for (const other of others) vouchedFor(other, verify);
  return signer;
}

type Doubt = Exclude<Signature, { readonly kind: 'good' }>;

function vouchedFor(object: SignedObject, verify: Verification): Signer {
  const { signature } = object;
  if (signature.kind === 'good') return signature.signer;
  throw new HarborError(`${objectText(object)} ${faultOf(signature, verify)}`, {
    code: 'source-unverified',
    hint: `${remedyOf(object, verify)} What runs keeps running.`,
  });
}

const objectText = ({ kind, id, name, by }: SignedObject): string =>
  `${kind} ${name === undefined ? '' : `"${name}" `}${id} by ${by}`;

function faultOf(signature: Doubt, { allowedSigners }: Verification): string {
  switch (signature.kind) {
    case 'unknown-key':
      return `is signed with the ${signature.keyType} key ${signature.fingerprint}, which ${allowedSigners.file} does not allow`;
    case 'bad':
      return 'has a signature that does not hold: it was changed after it was signed, or the line of its key does not let it sign for Git';
    case 'foreign':
      return `is signed with ${signature.what}; only signatures with SSH keys are verified`;
    case 'none':
      return 'has no signature';
    default:
      return signature satisfies never;
  }
}

function remedyOf({ kind, signature }: SignedObject, { mode, allowedSigners }: Verification): string {
  if (signature.kind === 'unknown-key')
    return `If this key may deploy, add it to ${allowedSigners.file} on this host; if not, find out who pushed it.`;
  if (kind === 'tag') return 'Make the tag anew and signed: git tag --sign --force TAG, and push it.';
  return mode === 'range'
    ? 'Every commit since the deployed one must be signed: sign them anew (git rebase --gpg-sign DEPLOYED) and push.'
    : 'Push a commit that is signed with an SSH key of that list: git commit --gpg-sign, with gpg.format set to ssh.';
}

/** Commits that a revision may be, or come after: the deployed one, and one that a person let in in its place. */
export function basesOf(history: AppHistory | undefined): readonly string[] {
  const deployed = history?.deployed?.commit;
  if (deployed === undefined) return [];
  return history?.accepted?.from === deployed ? [deployed, history.accepted.to] : [deployed];
}

/** Throws `history-rewritten` for a revision that is no continuation of what is deployed. */
export function assertFollows(
  { name }: App,
  revision: Revision,
  history: AppHistory | undefined,
  follows: boolean,
): void {
  const deployed = history?.deployed?.commit;
  if (follows || deployed === undefined) return;
  throw rewritten(
    name,
    `commit ${revision.commit} of ${revision.ref} does not come after commit ${deployed}, which is deployed: its history was rewound or rewritten, or ${name} was pointed elsewhere`,
    `or put ${revision.ref} back on top of ${deployed}`,
  );
}

/** Throws `history-rewritten` where the tags of a range lead to a lower version than what is deployed. */
export function assertNotLower({ name, ref }: App, revision: Revision, history: AppHistory | undefined): void {
  const { ref: before, commit } = history?.deployed ?? {};
  if (ref.kind !== 'range' || before === undefined || commit === undefined) return;
  if (!goesBack(ref.name, revision.ref, before) || isAccepted(history, revision.commit)) return;
  throw rewritten(
    name,
    `the highest tag that ${rangeText(ref)} lets in is ${revision.ref} (commit ${revision.commit}), but ${before} (commit ${commit}) is deployed: its tag was deleted`,
    `or push the tag ${before} again, or a higher one`,
  );
}

const rangeText = ({ name }: Ref): string => `"${name}"`;

const isAccepted = (history: AppHistory | undefined, commit: string): boolean =>
  basesOf(history).slice(1).includes(commit);

const rewritten = (app: string, message: string, other: string): HarborError =>
  new HarborError(message, {
    code: 'history-rewritten',
    hint: `It is not followed by itself. If it was meant: harbormaster accept-history ${app} --reason "WHY"; ${other}. What runs keeps running.`,
  });
