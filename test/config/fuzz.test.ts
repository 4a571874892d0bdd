import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { HarborError } from '../../src/errors.ts';
import type { HostConfig } from '../../src/model/config.ts';
import { tries } from '../support/tries.ts';
import { type Loader, testLoader } from './rig.ts';

/** More of them: FUZZ_RUNS=100000 npx vitest run --project unit test/config/fuzz.test.ts */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? tries(100));
const time = 120_000 + numRuns * 100;

const environment = { TOKEN: 'a-token-value' };

/** The configuration, or the error; anything but a HarborError that the user can act on is a failure of the test. */
async function outcome(loader: Loader, text: string): Promise<HostConfig | HarborError> {
  try {
    return await loader.load(text, { environment });
  } catch (error) {
    if (error instanceof HarborError && error.code === 'config-invalid') {
      expect(error.message).not.toMatch(/ZodError|\[object|undefined|invalid_/);
      expect(error.message).not.toContain(environment.TOKEN);
      return error;
    }
    throw error;
  }
}

const words = [
  'apps',
  'web',
  'url',
  'config',
  'defaults',
  'repositories',
  'repository',
  'notifiers',
  'environment',
  'environment_file',
  'hosts',
  'branch',
  'tag',
  'health',
  'deadline',
  'interval',
  'type',
  'bell',
  'allow',
  'deploy',
  'manual',
  'drift',
  'on_failure',
  'host_binds',
  'token',
  'enabled',
  '__proto__',
  'constructor',
  '<<',
  'https://a.example/x.git',
  'git@a.example:x',
  '${TOKEN}',
  '${file:x}',
  '30s',
  '/a',
  '.',
  '..',
  'main',
  'null',
  '1e999',
  '.nan',
  '0644',
];
const punctuation = [
  ': ',
  ':',
  '\n',
  '\n  ',
  '\n    ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ', ',
  '&a ',
  '*a',
  '"',
  "'",
  '|\n',
  '>',
  '#',
  '!x ',
  '---\n',
  '\t',
  '%',
  '$',
  '\u0000',
  '\ufeff',
  '?',
  '? ',
];

test('any text is a configuration or a clear error', { timeout: time }, async () => {
  await using loader = await testLoader();
  const text = fc.array(
    fc.oneof(fc.constantFrom(...words), fc.constantFrom(...punctuation), fc.string({ unit: 'binary', maxLength: 6 })),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(text, async (parts) => void (await outcome(loader, parts.join('')))),
    { numRuns },
  );
});

test('any value in any place is a configuration or a clear error', { timeout: time }, async () => {
  await using loader = await testLoader();
  const leaf = fc.oneof(
    fc.constantFrom(...words),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 8 }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5, withCrossShrink: true }, leaf, tie('list'), tie('map'), tie('map')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
      ),
      tie('value'),
      { maxKeys: 5 },
    ),
  }));
  const nearly = fc.record(
    {
      apps: fc.dictionary(fc.constantFrom('web', 'db', 'Web'), value),
      notifiers: value,
      defaults: value,
      config: value,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(value, nearly), async (data) => void (await outcome(loader, stringify(data)))),
    { numRuns },
  );
});

test('a file that was cut short is an error or has fewer apps, and never silently none', async () => {
  await using loader = await testLoader();
  const text = `\
config: {prune: true}
defaults:
  branch: main
apps:
  web: {url: https://a.example/x.git, environment: {A: "1"}}
  shop:
    url: https://a.example/y.git
    health:
      deadline: 5m
notifiers:
  - type: bell
    url: https://bell.example/
`;
  const declared: number[] = [];
  for (let length = 0; length <= text.length; length += 1) {
    const result = await outcome(loader, text.slice(0, length));
    if (!(result instanceof HarborError)) declared.push(result.declared.length);
  }
  // What remains after a cut between two apps is valid: `removal_guard` stands between that and a mass removal.
  expect(Math.min(...declared)).toBe(1);
  expect(declared.at(-1)).toBe(2);
});
