import { describe, expect, test } from 'vitest';
import { assertFollows, assertNotLower, basesOf, signerOf } from '../../src/core/provenance.ts';
import { HarborError } from '../../src/errors.ts';
import type { AppHistory } from '../../src/model/history.ts';
import type { Signature, SignedObject, Verification } from '../../src/model/verification.ts';
import { app, deployed, history, release, revision } from '../support/builders.ts';

const verify: Verification = {
  mode: 'head',
  allowedSigners: { file: '/etc/harbormaster/allowed_signers', digest: 'd' },
  descendantsOnly: true,
};
const ada = { principal: 'ada@example.org', keyType: 'ED25519', fingerprint: 'SHA256:ada' };
const good: Signature = { kind: 'good', signer: ada };
const commit = (signature: Signature, id = 'c1'): SignedObject => ({
  kind: 'commit',
  id,
  by: 'Bob <bob@example.org>',
  signature,
});

function said(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof HarborError) return `${error.code}: ${error.message}\n${error.hint}`;
  }
  return 'nothing';
}
const judged = (objects: readonly [SignedObject, ...SignedObject[]], more: Partial<Verification> = {}) =>
  said(() => signerOf({ objects, follows: true }, { ...verify, ...more }));

describe('a signature', () => {
  test('of a key on the list gives the signer of the head', () => {
    const bob = { ...ada, principal: 'bob@example.org' };
    const others = commit({ kind: 'good', signer: bob }, 'c0');
    expect(signerOf({ objects: [commit(good), others], follows: true }, verify)).toEqual(ada);
  });

  test('of an unknown key names key, commit and author, and the file that would let it in', () => {
    expect(
      judged([commit({ kind: 'unknown-key', keyType: 'ED25519', fingerprint: 'SHA256:eve' })]),
    ).toMatchInlineSnapshot(`
      "source-unverified: commit c1 by Bob <bob@example.org> is signed with the ED25519 key SHA256:eve, which /etc/harbormaster/allowed_signers does not allow
      If this key may deploy, add it to /etc/harbormaster/allowed_signers on this host; if not, find out who pushed it. What runs keeps running."
    `);
  });

  test.each<[string, Signature, string]>([
    ['that is missing', { kind: 'none' }, 'has no signature\nPush a commit that is signed with an SSH key'],
    ['that does not fit', { kind: 'bad' }, 'has a signature that does not hold'],
    ['of GPG', { kind: 'foreign', what: 'GPG' }, 'is signed with GPG; only signatures with SSH keys are verified'],
  ])('%s is told as such', (_, signature, words) => {
    expect(judged([commit(signature)])).toContain(`source-unverified: commit c1 by Bob <bob@example.org> ${words}`);
  });

  test('that is missing in the middle of a range names that commit, and how all are signed anew', () => {
    const text = judged([commit(good), commit({ kind: 'none' }, 'c0')], { mode: 'range' });
    expect(text).toContain('commit c0 by Bob <bob@example.org> has no signature');
    expect(text).toContain('git rebase --gpg-sign');
  });

  test('of a tag names the tag', () => {
    const tag: SignedObject = { ...commit({ kind: 'none' }, 't1'), kind: 'tag', name: 'v1' };
    expect(judged([tag], { mode: 'tag' })).toContain('tag "v1" t1 by Bob <bob@example.org> has no signature\nMake the');
  });
});

const at = (more: Partial<AppHistory> = {}, ref = 'main', commitId = 'old'): AppHistory => {
  const past = history(deployed(release(), { web: 'sha256:web' }));
  return { ...past, deployed: past.deployed && { ...past.deployed, commit: commitId, ref }, ...more };
};

describe('a history', () => {
  test('that does not follow is refused with both commits and the command that lets it in', () => {
    const text = said(() => assertFollows(app(), revision({ commit: 'new' }), at(), false));
    expect(text).toMatch(/^history-rewritten: commit new of main does not come after commit old, which is deployed/);
    expect(text).toContain('harbormaster accept-history shop --reason "WHY"; or put main back on top of old');
  });

  test('that follows, or has nothing to follow, is not', () => {
    expect(said(() => assertFollows(app(), revision(), at(), true))).toBe('nothing');
    expect(said(() => assertFollows(app(), revision(), undefined, false))).toBe('nothing');
  });

  test('may start from what a person let in, as long as what he saw is still deployed', () => {
    expect(basesOf(undefined)).toEqual([]);
    expect(basesOf(at())).toEqual(['old']);
    expect(basesOf(at({ accepted: { from: 'old', to: 'new' } }))).toEqual(['old', 'new']);
    expect(basesOf(at({ accepted: { from: 'older', to: 'new' } }))).toEqual(['old']);
  });
});

describe('a range of versions', () => {
  const ranged = app({ ref: { kind: 'range', name: '^1.4' } });
  const lower = revision({ ref: 'v1.4.1', commit: 'new' });

  test('does not go back to a lower version because a tag is gone', () => {
    const text = said(() => assertNotLower(ranged, lower, at({}, 'v1.5.0')));
    expect(text).toContain('history-rewritten: the highest tag that "^1.4" lets in is v1.4.1 (commit new), but v1.5.0');
    expect(text).toContain('or push the tag v1.5.0 again, or a higher one');
  });

  test('goes back when a person says so, and only to what he saw', () => {
    const accepted = { accepted: { from: 'old', to: 'new' } };
    expect(said(() => assertNotLower(ranged, lower, at(accepted, 'v1.5.0')))).toBe('nothing');
    const other = { ...lower, commit: 'another' };
    expect(said(() => assertNotLower(ranged, other, at(accepted, 'v1.5.0')))).toContain('history-rewritten');
  });

  test('goes up, and from a branch to any version', () => {
    expect(said(() => assertNotLower(ranged, lower, at({}, 'v1.4.0')))).toBe('nothing');
    expect(said(() => assertNotLower(ranged, lower, at({}, 'main')))).toBe('nothing');
  });
});
