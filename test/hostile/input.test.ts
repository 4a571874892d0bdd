import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as webhookKinds from '../../src/api/webhooks/index.ts';
import { urlFault } from '../../src/config/git-url.ts';
import { parseTree } from '../../src/config/parse.ts';
import { keysUsed } from '../../src/core/compose-keys.ts';
import { readsOf } from '../../src/core/compose-reads.ts';
import { parseCompose } from '../../src/core/compose-yaml.ts';
import { matchesExactly } from '../../src/core/glob.ts';
import { parseImageRef, pinTo, whyMutable } from '../../src/core/image-ref.ts';
import { parsePorts } from '../../src/core/port-range.ts';
import { redactor } from '../../src/core/redact.ts';
import { isSameRepository } from '../../src/core/same-repository.ts';
import { refuseSecretNames, withMarks } from '../../src/core/secret-names.ts';
import { parseEnvFile, substitute } from '../../src/core/variables.ts';
import { visible } from '../../src/core/visible.ts';
import { isEntry, isStamped, whyNotEntry } from '../../src/edges/deployment-log/entry-schema.ts';
import { parseModel } from '../../src/edges/engines/compose/parse.ts';
import { complaint, unsetVariables } from '../../src/edges/engines/compose/stderr.ts';
import { parseTree as parseGitTree } from '../../src/edges/git/tree.ts';
import { HarborError } from '../../src/errors.ts';

/**
 * Whatever somebody sends, the answer is a value or a clear error: never a crash, a hang or a change of what all objects inherit. The short run is in
 * every check; in CI, and by `npm run fuzz`, it is more than a hundred thousand inputs. FUZZ_SEED repeats a run.
 */
const runs = Number(process.env['HOSTILE_RUNS'] ?? (process.env['CI'] === 'true' ? 5600 : 300));
const seed = process.env['FUZZ_SEED'] === undefined ? undefined : Number(process.env['FUZZ_SEED']);
const time = 60_000 + runs * 100;

/** Milliseconds of the processor for one input: far more than any needs, far less than a hang. */
const slowest = 2_000;

const nasty = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '<<',
  '*a',
  '&a ',
  '!!binary',
  '!reset',
  '!override',
  '!!js/function ',
  'services',
  'image',
  'include',
  'extends',
  'file',
  'env_file',
  'path',
  'build',
  'context',
  'privileged',
  'volumes',
  'x-a',
  '${',
  '${A:-',
  '${A:?',
  '}',
  '$$',
  '$',
  '..',
  '../',
  '/',
  '/etc/passwd',
  '~',
  './',
  '-',
  '--upload-pack=x',
  'ext::sh -c x',
  'https://',
  'git@',
  'ssh://-o',
  'docker-image://',
  'sha256:',
  '@sha256:',
  ':',
  'localhost:5000/',
  'a'.repeat(300),
  '\u0000',
  '\u001b[2J',
  '\u009b',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\r',
  '\t',
  '1e999',
  '.nan',
  '0644',
  'yes',
  '~',
  '[',
  ']',
  '{',
  '}',
  '- ',
  ': ',
  '\n',
  '\n  ',
  '\n    ',
  '"',
  "'",
  '|\n',
  '>',
  '#',
  '? ',
  '---\n',
  '...\n',
  '%YAML 9\n',
];
const word = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const text = fc.array(word, { maxLength: 30 }).map((parts) => parts.join(''));
const json = fc.oneof(
  { weight: 3, arbitrary: fc.json().map((value): unknown => JSON.parse(value)) },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 4 }) },
);
/** A JSON text that says `__proto__` itself, as no literal of JavaScript would. */
const polluting = json.map((value): unknown =>
  JSON.parse(
    `{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "a": ${JSON.stringify(value) ?? 'null'}}`,
  ),
);

/** Every header says the same, in the letters that a header may have. */
const messagesOf = (words: string, payload: string): readonly unknown[] =>
  Object.values(webhookKinds).map((kind) => {
    const message = { header: () => words, body: Buffer.from(payload), at: 0 };
    return [kind.doubt(message, 'a secret of some length'), kind.idOf(message), kind.read(message)];
  });

const parsers: Readonly<Record<string, (input: { readonly text: string; readonly value: unknown }) => unknown>> = {
  configuration: ({ text: yaml }) => parseTree(yaml, 'harbormaster.yml'),
  'compose file': ({ text: yaml }) => parseCompose('compose.yaml', yaml),
  'names of a compose file': ({ text: yaml }) =>
    refuseSecretNames({ path: 'compose.yaml', documents: parseCompose('compose.yaml', yaml) }, withMarks({}, ['A'])),
  'paths of a compose file': ({ text: yaml }) =>
    readsOf({ path: 'compose.yaml', directory: '.', documents: parseCompose('compose.yaml', yaml) }, { A: '../x' }),
  'paths of a service': ({ value }) =>
    readsOf({ path: 'compose.yaml', directory: 'a', documents: [{ services: { web: value }, include: value }] }, {}),
  'rendered model': ({ value }) => parseModel({ name: 'x', services: { web: value }, networks: value, volumes: value }),
  'keys of a model': ({ value }) => keysUsed({ services: { web: value }, networks: value, x: value }),
  variables: ({ text: template }) => substitute(template, { A: '$B' }),
  'env file': ({ text: lines }) => parseEnvFile(lines, {}),
  'image reference': ({ text: reference }) => [
    parseImageRef(reference),
    pinTo(reference, 'sha256:x'),
    whyMutable(reference),
  ],
  'git address': ({ text: url }) => urlFault(url),
  'folder of a commit': ({ text: bytes }) => parseGitTree(Buffer.from(bytes), 20),
  ports: ({ text: range }) => parsePorts(range),
  pattern: ({ text: glob }) => matchesExactly(glob, glob),
  'line of the log': ({ value }) => [isEntry(value), isStamped(value), whyNotEntry(value)],
  'words of Compose': ({ text: stderr }) => [unsetVariables(stderr), complaint(stderr)],
  'message of a forge': ({ text: words, value }) => [
    ...messagesOf(words, JSON.stringify(value) ?? ''),
    ...messagesOf(words, JSON.stringify({ repository: value, project: value, event_name: value }) ?? ''),
    isSameRepository(words, 'https://git.example.org/acme/shop.git'),
  ],
  redaction: ({ text: secret }) => redactor([secret])(`before ${secret} after`),
};

test.each(Object.entries(parsers))('%s', { timeout: time }, (_name, parse) => {
  const input = fc.record({ text, value: fc.oneof(json, polluting) });
  fc.assert(
    fc.property(input, (given) => {
      const begun = process.cpuUsage();
      try {
        parse(given);
      } catch (error) {
        if (!(error instanceof HarborError)) throw error;
        expect(error.code).not.toBe('bug');
        expect(error.message).not.toBe('');
      }
      expect(process.cpuUsage(begun).user / 1000).toBeLessThan(slowest);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: runs, ...(seed !== undefined && { seed }) },
  );
});

test('what is shown holds nothing that acts on a terminal', { timeout: time }, () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(visible(given)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
    }),
    { numRuns: runs, ...(seed !== undefined && { seed }) },
  );
});
