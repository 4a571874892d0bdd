import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cronFault } from '../../src/core/cron.ts';
import { parseUntil } from '../../src/core/until.ts';
import { parseCheckpoint, signCheckpoint } from '../../src/edges/deployment-log/checkpoint.ts';
import { decode } from '../../src/edges/deployment-log/line.ts';
import { parseNote, parseVerifierKey, verifierKey } from '../../src/edges/deployment-log/signed-note.ts';
import { packet, parseLsRefs } from '../../src/edges/git/pkt-line.ts';
import { parseRemote, withoutCredentials } from '../../src/edges/git/url.ts';
import { HarborError } from '../../src/errors.ts';
import { finished, stamped, started } from '../core/entries.ts';

/** What is right but for a few bytes gets further into a parser than noise does. Runs and seed as in input.test.ts. */
const runs = Number(process.env['HOSTILE_RUNS'] ?? (process.env['CI'] === 'true' ? 1500 : 300));
const seed = process.env['FUZZ_SEED'] === undefined ? undefined : Number(process.env['FUZZ_SEED']);

const key = generateKeyPairSync('ed25519').privateKey;
const signer = { name: 'harbormaster/i1', key };
const note = signCheckpoint({ origin: 'harbormaster/i1', size: 3, root: 'ab'.repeat(32) }, signer);
const refs = `${packet(`${'1'.repeat(40)} refs/heads/main\n`)}${packet(`${'2'.repeat(40)} refs/tags/v1 peeled:${'3'.repeat(40)}\n`)}0000`;

const parsers: Readonly<Record<string, readonly [good: string, parse: (bytes: Buffer) => unknown]>> = {
  'a line of the log': [JSON.stringify(stamped(started())[0]), decode],
  'an outcome in the log': [JSON.stringify(stamped(finished())[0]), decode],
  'a checkpoint': [note, (bytes) => [parseNote(bytes.toString()), parseCheckpoint(bytes.toString())]],
  'a verifier key': [verifierKey(signer), (bytes) => parseVerifierKey(bytes.toString())],
  'the refs of a Git server': [refs, parseLsRefs],
  'a cron line': ['0 2 * * 1-5', (bytes) => cronFault(bytes.toString())],
  'an end of a suspension': ['2026-12-01T10:00', (bytes) => parseUntil(bytes.toString(), new Date(0))],
  'an address': ['ssh://git@example.org:22/a.git', (bytes) => parseRemote(withoutCredentials(bytes.toString()))],
};

/** Cuts, doubles and overwrites parts. */
const spoiled = (good: string): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.record({ at: fc.nat(good.length), take: fc.nat(6), put: fc.uint8Array({ maxLength: 6 }) }), {
      maxLength: 4,
    })
    .map((changes) =>
      changes.reduce(
        (bytes, { at, take, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + take)]),
        Buffer.from(good),
      ),
    );

test.each(Object.entries(parsers))('%s', { timeout: 60_000 + runs * 50 }, (_name, [good, parse]) => {
  parse(Buffer.from(good));
  fc.assert(
    fc.property(
      fc.oneof(
        spoiled(good),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          if (!(error instanceof HarborError)) throw error;
          expect(error.code).not.toBe('bug');
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      },
    ),
    { numRuns: runs, ...(seed !== undefined && { seed }) },
  );
});
