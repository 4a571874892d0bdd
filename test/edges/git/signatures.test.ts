import { expect, test } from 'vitest';
import { foreignSignature, parseSignatures, parseTag, tagSignature } from '../../../src/edges/git/signatures.ts';

const said = (...fields: readonly string[]): string => `${fields.join('\0')}\0`;
const print = 'SHA256:gP3QEGqH4gdiUIKcbKejGOCMeH8hNs+TZpM7x7wQxxE';
const known = `Good "git" signature for ada@example.org with ED25519 key ${print}\n`;
const unknown = `Good "git" signature with ED25519 key ${print}\nNo principal matched.\n`;

test("git's words on commits become values", () => {
  const output =
    said('c3', 'G', 'ada@example.org', print, known, 'Ada', 'a@e') +
    said('c2', 'U', '', print, unknown, 'Bob', 'b@e') +
    said('c1', 'B', '', '', 'Could not verify signature.', 'Bob', 'b@e') +
    said('c0', 'N', '', '', '', 'Bob', 'b@e');
  expect(parseSignatures(output)).toEqual([
    {
      kind: 'commit',
      id: 'c3',
      by: 'Ada <a@e>',
      signature: { kind: 'good', signer: { principal: 'ada@example.org', keyType: 'ED25519', fingerprint: print } },
    },
    {
      kind: 'commit',
      id: 'c2',
      by: 'Bob <b@e>',
      signature: { kind: 'unknown-key', keyType: 'ED25519', fingerprint: print },
    },
    { kind: 'commit', id: 'c1', by: 'Bob <b@e>', signature: { kind: 'bad' } },
    { kind: 'commit', id: 'c0', by: 'Bob <b@e>', signature: { kind: 'none' } },
  ]);
});

test('only the verdict makes a signature good, whatever words stand beside it', () => {
  for (const verdict of ['B', 'E', 'X', 'Y', 'R', 'U', 'N', ''])
    expect(
      parseSignatures(said('c', verdict, 'ada@example.org', print, known, 'Ada', 'a@e'))[0]?.signature.kind,
    ).not.toBe('good');
  expect(parseSignatures(said('c', 'G', '', print, known, 'Ada', 'a@e'))[0]?.signature).toEqual({ kind: 'bad' });
});

test('what an author calls himself is fit to print', () => {
  expect(parseSignatures(said('c', 'N', '', '', '', 'A\u001b[2J', 'a@e'))[0]?.by).toBe('A [2J <a@e>');
});

test("git's words on a tag, too", () => {
  expect(tagSignature(0, known)).toMatchObject({ kind: 'good', signer: { fingerprint: print } });
  expect(tagSignature(1, unknown)).toEqual({ kind: 'unknown-key', keyType: 'ED25519', fingerprint: print });
  expect(tagSignature(1, known)).toEqual({ kind: 'bad' });
  expect(tagSignature(0, '')).toEqual({ kind: 'bad' });
});

test('a tag is read by its header alone', () => {
  const raw = 'object c1\ntype commit\ntag v1\ntagger Ada <a@e> 1795238929 +0000\n\ntag v9\nobject c9\n';
  expect(parseTag(raw)).toEqual({ commit: 'c1', name: 'v1', by: 'Ada <a@e>' });
  expect(parseTag('object t\ntype tree\ntag v1\n\n')).toBeUndefined();
});

test('other kinds of signatures are named', () => {
  const commit = 'tree t\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\nsubject\n';
  expect(foreignSignature(commit, 'commit')).toEqual({ kind: 'foreign', what: 'GPG' });
  expect(foreignSignature('tree t\n\ngpgsig -----BEGIN PGP SIGNATURE-----\n', 'commit')).toBeUndefined();
  expect(foreignSignature('tag v1\n\nx\n-----BEGIN SIGNED MESSAGE-----\n', 'tag')).toMatchObject({ kind: 'foreign' });
});
