/** Text with signatures, as https://c2sp.org/signed-note says: what transparency logs and their witnesses exchange. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Ed25519, as that page numbers it. */
const ed25519 = 0x01;
const keyLength = 32;
/** What stands before a raw Ed25519 key in its DER form: RFC 8410. */
const spki = Buffer.from('302a300506032b6570032100', 'hex');

export interface Signer {
  readonly name: string;
  /** Private. */
  readonly key: KeyObject;
}

export interface Verifier {
  /** Without spaces and plus. */
  readonly name: string;
  /** Tells keys of one name apart: four bytes. */
  readonly id: Buffer;
  readonly key: KeyObject;
}

/** Whether one key signed a text. `stranger`: it did not even try. */
export type Verdict = 'good' | 'bad' | 'stranger';

export function signNote(text: string, { name, key }: Signer): string {
  const signature = Buffer.concat([keyId(name, rawKey(key)), sign(null, Buffer.from(text), key)]);
  return `${text}\n— ${name} ${signature.toString('base64')}\n`;
}

/** As verifiers are told of a key: name, id and type with key. */
export function verifierKey({ name, key }: Signer): string {
  const raw = rawKey(key);
  return `${name}+${keyId(name, raw).toString('hex')}+${Buffer.concat([Buffer.of(ed25519), raw]).toString('base64')}`;
}

/** Undefined: it is no such key. */
export function parseVerifierKey(text: string): Verifier | undefined {
  const [, name = '', id = '', encoded = ''] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded || bytes.length !== keyLength + 1 || bytes[0] !== ed25519) return undefined;
  const raw = bytes.subarray(1);
  if (keyId(name, raw).toString('hex') !== id) return undefined;
  const key = createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' });
  return { name, id: Buffer.from(id, 'hex'), key };
}

export interface Note {
  /** With its last newline: what was signed. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly id: Buffer; readonly signature: Buffer }[];
}

const longest = 64 * 1024;
const line = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/;

/** Undefined: it is not a note. */
export function parseNote(whole: string): Note | undefined {
  const end = whole.lastIndexOf('\n\n');
  if (end < 0 || whole.length > longest || !whole.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(whole))
    return undefined;
  const lines = whole.slice(end + 2, -1).split('\n');
  const signatures = lines.flatMap((text) => {
    const [, name = '', encoded = ''] = line.exec(text) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    const isExact = bytes.length > 4 && bytes.toString('base64') === encoded;
    return isExact ? [{ name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }] : [];
  });
  return signatures.length === lines.length ? { text: whole.slice(0, end + 1), signatures } : undefined;
}

export function judgeNote({ text, signatures }: Note, { name, id, key }: Verifier): Verdict {
  const own = signatures.find((candidate) => candidate.name === name && candidate.id.equals(id));
  if (own === undefined) return 'stranger';
  return verify(null, Buffer.from(text), key, own.signature) ? 'good' : 'bad';
}

const keyId = (name: string, raw: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(Buffer.of(ed25519)).update(raw).digest().subarray(0, 4);

const rawKey = (key: KeyObject): Buffer =>
  createPublicKey(key.type === 'private' ? key.export({ format: 'pem', type: 'pkcs8' }) : key)
    .export({ format: 'der', type: 'spki' })
    .subarray(spki.length);
