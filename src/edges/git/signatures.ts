/** What git says of signatures, as values. */
import type { Signature, SignedObject } from '../../model/verification.ts';
import { printable } from './text.ts';

/** Commit, verdict, principal, fingerprint, the words of ssh-keygen, author. No field can hold a NUL. */
export const signatureFields = ['%H', '%G?', '%GS', '%GF', '%GG', '%an', '%ae'] as const;

/** Output of `git log -z` with these fields. */
export function parseSignatures(output: string): readonly SignedObject[] {
  const parts = output.split('\0');
  const count = Math.floor(parts.length / signatureFields.length);
  return Array.from({ length: count }, (_, index) => {
    const [id = '', verdict = '', principal = '', fingerprint = '', words = '', name = '', email = ''] = parts.slice(
      index * signatureFields.length,
    );
    const signature = signatureOf({ verdict, principal, fingerprint, words });
    return { kind: 'commit', id, by: identityText(name, email), signature };
  });
}

const identityText = (name: string, email: string): string => `${printable(name, 100)} <${printable(email, 100)}>`;

interface Said {
  readonly verdict: string;
  readonly principal: string;
  readonly fingerprint: string;
  readonly words: string;
}

/** Only git's own verdict makes a signature good; the words tell the kind of key. */
function signatureOf({ verdict, principal, fingerprint, words }: Said): Signature {
  const keyType = printable(/ with (?<type>\S+) key SHA256:/.exec(words)?.groups?.['type'] ?? 'SSH', 40);
  if (verdict === 'G' && principal !== '' && fingerprint !== '')
    return { kind: 'good', signer: { principal: printable(principal, 200), keyType, fingerprint } };
  if (verdict === 'U' && fingerprint !== '') return { kind: 'unknown-key', keyType, fingerprint };
  return verdict === 'N' ? { kind: 'none' } : { kind: 'bad' };
}

/** What `git verify-tag` ended with, and said. */
export function tagSignature(exitCode: number, said: string): Signature {
  const [, principal = '', fingerprint = ''] =
    /^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$/m.exec(said) ?? [];
  if (exitCode === 0) return signatureOf({ verdict: 'G', principal, fingerprint, words: said });
  const [, unknown = ''] = /^Good "git" signature with \S+ key (SHA256:\S+)$/m.exec(said) ?? [];
  if (unknown !== '') return signatureOf({ verdict: 'U', principal: '', fingerprint: unknown, words: said });
  return { kind: 'bad' };
}

export interface TagFacts {
  /** The object that it stands on. */
  readonly commit: string;
  /** The name that was signed with it. */
  readonly name: string;
  readonly by: string;
}

/** The header of a tag object; undefined for anything else. */
export function parseTag(raw: string): TagFacts | undefined {
  const head = raw.split('\n\n', 1).join('');
  const field = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(head)?.[1] ?? '';
  if (field('type') !== 'commit') return undefined;
  const by = field('tagger').replace(/> \d+ [+-]\d{4}$/, '>');
  return { commit: field('object'), name: field('tag'), by: by === '' ? 'nobody' : printable(by, 200) };
}

const kinds: readonly (readonly [mark: string, what: string])[] = [
  ['-----BEGIN PGP ', 'GPG'],
  ['-----BEGIN SIGNED MESSAGE-----', 'an X.509 certificate'],
];

/** What kind of signature a raw commit or tag bears, if it is not SSH's. */
export function foreignSignature(raw: string, kind: 'commit' | 'tag'): Signature | undefined {
  const head = kind === 'commit' ? raw.split('\n\n', 1).join('') : raw;
  const line = kind === 'commit' ? /^gpgsig(?:-sha256)? (.*)$/m.exec(head)?.[1] : /^(-----BEGIN .*)$/m.exec(head)?.[1];
  const found = kinds.find(([mark]) => line?.startsWith(mark));
  return found && { kind: 'foreign', what: found[1] };
}

export const bearsSignature = (raw: string): boolean => /^-----BEGIN (?:SSH|PGP|SIGNED) /m.test(raw);
