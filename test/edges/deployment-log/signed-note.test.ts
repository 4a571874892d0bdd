import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { epochOf, originOf, parseCheckpoint, signCheckpoint } from '../../../src/edges/deployment-log/checkpoint.ts';
import {
  judgeNote,
  parseNote,
  parseVerifierKey,
  type Signer,
  signNote,
  verifierKey,
} from '../../../src/edges/deployment-log/signed-note.ts';

/** Of Go's golang.org/x/mod/sumdb/note, the first implementation: its own tests and documentation. */
const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const peter: Signer = {
  name: 'PeterNeumann',
  key: createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  }),
};
const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const verifier = (text: string) => {
  const found = parseVerifierKey(text);
  if (found === undefined) throw new Error(`no key: ${text}`);
  return found;
};
const judge = (whole: string, of = key) => {
  const parsed = parseNote(whole);
  return parsed && judgeNote(parsed, verifier(of));
};

describe('a signed note', () => {
  test('is byte for byte what another implementation makes', () => {
    expect(verifierKey(peter)).toBe(key);
    expect(signNote(text, peter)).toBe(note);
    expect(judge(note)).toBe('good');
  });

  test('of the published examples is understood', () => {
    const foo = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    const example =
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
    expect(judge(example, foo)).toBe('good');
    expect(judge(note, foo)).toBe('stranger');
    const poem =
      'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';
    expect(parseNote(poem)?.text).toBe(
      'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n',
    );
  });

  test('with any bit changed is bad, or none', () => {
    const bytes = Buffer.from(note);
    for (let at = 0; at < bytes.length * 8; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(judge(changed.toString()), `bit ${at}`).not.toBe('good');
    }
  });

  test.each([
    ['empty', ''],
    ['without a signature', text],
    ['whose signature is no base64', note.replace('x08go', 'x08*o')],
    ['cut short', note.slice(0, -1)],
    ['with a control character', note.replace('If', '\u001bIf')],
    ['with a word after the signature', note.replace('=\n', '= x\n')],
  ])('%s is none', (_, whole) => {
    expect(parseNote(whole)).toBeUndefined();
  });

  test('may bear signatures of others: they do not count', () => {
    const other: Signer = { name: 'witness', key: generateKeyPairSync('ed25519').privateKey };
    const both = `${note}${signNote(text, other).split('\n').at(-2)}\n`;
    expect(judge(both)).toBe('good');
    expect(judge(both, verifierKey(other))).toBe('good');
  });
});

test.each(['', 'PeterNeumann', key.replace('c74f', 'c74e'), key.replace('+AR', '+BR'), `x${key}`, `${key}A=`])(
  'this is no verifier key: %s',
  (wrong) => {
    expect(parseVerifierKey(wrong)).toBeUndefined();
  },
);

describe('a checkpoint', () => {
  const published =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';

  test('of the specification is understood', () => {
    expect(parseCheckpoint(published)).toEqual({
      origin: 'example.com/behind-the-sofa',
      size: 20852163,
      root: '0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62',
    });
  });

  test('is read as it was written', () => {
    const checkpoint = { origin: 'harbormaster/i1', size: 7, root: 'ab'.repeat(32) };
    expect(parseCheckpoint(signCheckpoint(checkpoint, peter))).toEqual(checkpoint);
  });

  test.each([
    ['a size with a leading zero', published.replace('20852163', '020852163')],
    ['a short root', published.replace('CsUY', '')],
    ['no root', published.replace(/\nCsUY.*\n\n/, '\n\n')],
  ])('with %s is none', (_, note) => {
    expect(parseCheckpoint(note)).toBeUndefined();
  });

  test('tells of which log it is, and of which of its trees', () => {
    const epoch = (origin: string) => epochOf({ origin, size: 1, root: '' }, 'harbormaster/i1');
    expect(epoch(originOf('harbormaster/i1', 1))).toBe(1);
    expect(epoch(originOf('harbormaster/i1', 120))).toBe(120);
    for (const other of [
      'harbormaster/i10',
      'harbormaster/i1/from/',
      'harbormaster/i1/from/01',
      'harbormaster/i2/from/3',
    ])
      expect(epoch(other)).toBeUndefined();
  });
});
