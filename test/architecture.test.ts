import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * Who may import whom. A room is a folder of src/ or a file at its top; its own files are always allowed. `room/file` allows one file of a room,
 * `node:*` every module of Node's.
 */
const table: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  model: ['errors', 'node:util'],
  ports: ['model', 'errors'],
  kind: ['zod'],
  'secret-option': ['model', 'zod'],
  core: ['model', 'errors', 'node:path'],
  strategies: ['model', 'core', 'errors'],
  policies: ['model', 'core', 'errors', 'node:path'],
  reconcile: ['model', 'core', 'ports', 'errors', 'strategies/strategy', 'node:path'],
  config: [
    'model',
    'core',
    'kind',
    'secret-option',
    'errors',
    'zod',
    'yaml',
    'node:fs/promises',
    'node:path',
    'node:crypto',
    'node:os',
  ],
  edges: ['model', 'core', 'ports', 'errors', 'kind', 'secret-option', 'zod', 'node:*'],
  api: ['model', 'core', 'reconcile', 'ports', 'errors', 'zod', 'node:*'],
  cli: [
    'model',
    'core',
    'reconcile',
    'ports',
    'errors',
    'api/client',
    'api/probe',
    'api/served',
    'api/serving',
    'node:*',
  ],
  demo: ['errors', 'edges/process', 'node:*'],
  // The dashboard, which is no part of the program, may share what computes.
  web: ['model', 'core', 'cli/views/condition', 'cli/views/count', 'cli/moment'],
};

/** The one place of each module that does more than compute, and where the modules are allowed that a room as a whole may not use. */
const homes: Readonly<Record<string, readonly string[]>> = {
  execa: ['edges/process.ts'],
  'simple-git': ['edges/git/'],
  pino: ['edges/logger.ts'],
  chokidar: ['edges/watch.ts'],
  commander: ['cli/'],
  hono: ['api/'],
  nodemailer: ['edges/notifiers/email.ts'],
  semver: ['core/version-range.ts'],
  '@hono/node-server': ['api/'],
  preact: ['web/main', 'web/harbor', 'web/use-answer', 'web/views/'],
  'node:child_process': [],
  // The global is what the words below look for.
  'node:process': [],
};
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'core/digest.ts': ['node:crypto'],
  'core/compose-yaml.ts': ['yaml'],
  // Computes, and starts nothing: test/core/occurrences.test.ts looks.
  'core/cron.ts': ['croner'],
  // The type of a notification's event, until it stands among the nouns.
  'cli/verbs/run.ts': ['api/server'],
};
const knowAll = ['main', 'wire'];

/** Words that only some files may say. */
const words: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly allowed: (file: string) => boolean;
}[] = [
  // As a namespace the bundler takes of it what is used; as an object it takes all, in fifty languages.
  { what: 'zod as an object', pattern: /^import \{[^}]*\} from 'zod'/m, allowed: () => false },
  {
    what: 'process.env',
    pattern: /\bprocess(?:\.env\b|\['env'\])/,
    allowed: (file) => ['main.ts', 'wire.ts'].includes(file),
  },
  { what: 'process.exit', pattern: /\bprocess(?:\.exit\b(?!Code)|\['exit'\])/, allowed: (file) => file === 'main.ts' },
  {
    what: 'clock, chance or the world',
    pattern:
      /\bDate\.now\b|\bDate\(\)|\bMath\.random\b|\bprocess(?:\.(?!ts\b)|\[)|\bconsole\.|(?<!\.)\bfetch\(|\bset(?:Timeout|Interval|Immediate)\(|\bperformance\./,
    allowed: (file) => !/^(?:model|core|strategies|policies|reconcile|web\/model)\//.test(file),
  },
];

/** The sources of src/ by their path in it. */
type Sources = ReadonlyMap<string, string>;

function readSources(): Sources {
  return new Map([...readFolder('../src', ''), ...readFolder('../web/src', 'web/')]);
}

/** `prefix` puts a folder that is not in src/ beside its rooms. */
function readFolder(folder: string, prefix: string): readonly (readonly [string, string])[] {
  const top = fileURLToPath(new URL(folder, import.meta.url));
  const files = readdirSync(top, { recursive: true, withFileTypes: true }).filter(({ name }) =>
    /\.[cm]?[jt]sx?$/.test(name),
  );
  return files.map(({ parentPath, name }) => {
    const path = posix.join(parentPath, name);
    return [prefix + relative(top, path), readFileSync(path, 'utf8')];
  });
}

const roomOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const statement = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s*)?'([^']+)'|\bimport\(\s*['"`]([^'"`]+)['"`]/gm;

const importsOf = (source: string): readonly string[] =>
  [...source.matchAll(statement)].flatMap(([, plain, dynamic]) => plain ?? dynamic ?? []);

function whyNot(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return whyNotFile(file, targetOf(file, specifier));
  const name = specifier.startsWith('node:') ? specifier : packageOf(specifier);
  const home = homes[name];
  if (home !== undefined) return home.some((place) => file.startsWith(place)) ? undefined : 'it has another home';
  return allows(file, [name]) ? undefined : 'its room may not';
}

/** From web/src/ the rooms are in `../src/`. */
const targetOf = (file: string, specifier: string): string =>
  posix.join(posix.dirname(file), specifier).replace(/^(?:\.\.\/)+src\//, '');

function whyNotFile(file: string, target: string): string | undefined {
  if (!/\.tsx?$/.test(target)) return 'it has no ending .ts';
  const room = roomOf(target);
  return room === roomOf(file) || allows(file, [room, target.replace(/\.tsx?$/, '')]) ? undefined : 'its room may not';
}

function allows(file: string, names: readonly string[]): boolean {
  if (knowAll.includes(roomOf(file))) return true;
  const allowed = [...(table[roomOf(file)] ?? []), ...(exceptions[file] ?? [])];
  return names.some((name) => allowed.includes(name) || (name.startsWith('node:') && allowed.includes('node:*')));
}

const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '');

function violations(sources: Sources): readonly string[] {
  return [...sources].flatMap(([file, source]) => [
    ...(roomOf(file) in table || knowAll.includes(roomOf(file))
      ? []
      : [`${file} is in a room that is not in the table`]),
    ...importsOf(source).flatMap((specifier) => {
      const why = whyNot(file, specifier);
      return why === undefined ? [] : [`${file} imports ${specifier}: ${why}`];
    }),
    ...words
      .filter(({ pattern, allowed }) => !allowed(file) && pattern.test(withoutComments(source)))
      .map(({ what }) => `${file} speaks of ${what}`),
    ...(/^export default\b/m.test(source) ? [`${file} has a default export`] : []),
  ]);
}

const sources = readSources();

test('the whole house is read', () => {
  expect(sources.size).toBeGreaterThan(60);
  for (const room of Object.keys(table)) expect([...sources.keys()].map(roomOf)).toContain(room);
  const imports = [...sources.values()].flatMap(importsOf);
  expect(imports.length).toBeGreaterThan(300);
  for (const [name, places] of Object.entries(homes)) {
    if (places.length > 0) expect(imports.map(packageOf)).toContain(name);
  }
});

test('every file imports only what its room may', () => {
  expect(violations(sources)).toEqual([]);
});

test('exceptions are for files that exist and need them', () => {
  for (const [file, names] of Object.entries(exceptions)) {
    const imported = importsOf(sources.get(file) ?? '').map((specifier) =>
      specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier).replace(/\.ts$/, '') : specifier,
    );
    expect(imported).toEqual(expect.arrayContaining([...names]));
  }
});

describe('a planted violation is found', () => {
  test.each<[string, string, string]>([
    [
      'core/diff.ts',
      "import { run } from '../edges/process.ts';",
      'core/diff.ts imports ../edges/process.ts: its room may not',
    ],
    ['core/diff.ts', "import type { Clock } from '../ports.ts';", 'core/diff.ts imports ../ports.ts: its room may not'],
    ['core/diff.ts', "import { createHash } from 'node:crypto';", 'core/diff.ts imports node:crypto: its room may not'],
    ['core/diff.ts', "import {\n  parse,\n} from 'yaml';", 'core/diff.ts imports yaml: its room may not'],
    [
      'core/a/b.ts',
      "export { x } from '../../config/load.ts';",
      'core/a/b.ts imports ../../config/load.ts: its room may not',
    ],
    ['model/app.ts', "import '../core/digest.ts';", 'model/app.ts imports ../core/digest.ts: its room may not'],
    ['errors.ts', "import type { App } from './model/app.ts';", 'errors.ts imports ./model/app.ts: its room may not'],
    ['ports.ts', "import { diff } from './core/diff.ts';", 'ports.ts imports ./core/diff.ts: its room may not'],
    [
      'strategies/rolling.ts',
      "import { perform } from '../reconcile/perform.ts';",
      'strategies/rolling.ts imports ../reconcile/perform.ts: its room may not',
    ],
    [
      'reconcile/host.ts',
      "import { recreate } from '../strategies/recreate.ts';",
      'reconcile/host.ts imports ../strategies/recreate.ts: its room may not',
    ],
    [
      'reconcile/host.ts',
      "import { readFile } from 'node:fs/promises';",
      'reconcile/host.ts imports node:fs/promises: its room may not',
    ],
    [
      'reconcile/host.ts',
      "const git = await import('../edges/git/source.ts');",
      'reconcile/host.ts imports ../edges/git/source.ts: its room may not',
    ],
    [
      'edges/clock.ts',
      "import { host } from '../reconcile/host.ts';",
      'edges/clock.ts imports ../reconcile/host.ts: its room may not',
    ],
    ['edges/clock.ts', "import { execa } from 'execa';", 'edges/clock.ts imports execa: it has another home'],
    [
      'edges/clock.ts',
      "import { spawn } from 'node:child_process';",
      'edges/clock.ts imports node:child_process: it has another home',
    ],
    ['edges/clock.ts', "import { Hono } from 'hono/tiny';", 'edges/clock.ts imports hono/tiny: it has another home'],
    ['edges/clock.ts', "import lodash from 'lodash/fp';", 'edges/clock.ts imports lodash/fp: its room may not'],
    [
      'cli/run.ts',
      "import { load } from '../config/load.ts';",
      'cli/run.ts imports ../config/load.ts: its room may not',
    ],
    [
      'cli/run.ts',
      "import { server } from '../api/server.ts';",
      'cli/run.ts imports ../api/server.ts: its room may not',
    ],
    ['wire.ts', "import { execa } from 'execa';", 'wire.ts imports execa: it has another home'],
    ['core/diff.ts', "import { close } from './close';", 'core/diff.ts imports ./close: it has no ending .ts'],
    [
      'core/diff.ts',
      'const clock = await import(`../edges/clock.ts`);',
      'core/diff.ts imports ../edges/clock.ts: its room may not',
    ],
    [
      'core/diff.mts',
      "import { run } from '../edges/process.ts';",
      'core/diff.mts imports ../edges/process.ts: its room may not',
    ],
    [
      'edges/clock.ts',
      "import { env } from 'node:process';",
      'edges/clock.ts imports node:process: it has another home',
    ],
    ['main.ts', "import { exit } from 'node:process';", 'main.ts imports node:process: it has another home'],
    [
      'web/views/log.tsx',
      "import { run } from '../../../src/edges/process.ts';",
      'web/views/log.tsx imports ../../../src/edges/process.ts: its room may not',
    ],
    ['web/model/plan.ts', "import { h } from 'preact';", 'web/model/plan.ts imports preact: it has another home'],
    ['web/model/live.ts', 'const now = Date.now();', 'web/model/live.ts speaks of clock, chance or the world'],
    ['attic/old.ts', 'const x = 1;', 'attic/old.ts is in a room that is not in the table'],
    ['edges/clock.ts', 'const path = process.env.PATH;', 'edges/clock.ts speaks of process.env'],
    ['edges/clock.ts', "const { PATH } = process['env'];", 'edges/clock.ts speaks of process.env'],
    ['cli/run.ts', 'process.exit(1);', 'cli/run.ts speaks of process.exit'],
    ['cli/run.ts', "process['exit'](1);", 'cli/run.ts speaks of process.exit'],
    ['core/diff.ts', 'const now = Date.now();', 'core/diff.ts speaks of clock, chance or the world'],
    ['policies/x.ts', 'const now = new Date();', 'policies/x.ts speaks of clock, chance or the world'],
    ['config/values.ts', "import { z } from 'zod';", 'config/values.ts speaks of zod as an object'],
    ['core/diff.ts', 'const chance = Math.random;', 'core/diff.ts speaks of clock, chance or the world'],
    ['core/diff.ts', 'const now = Date();', 'core/diff.ts speaks of clock, chance or the world'],
    ['reconcile/loop.ts', 'const now = Date.now();', 'reconcile/loop.ts speaks of clock, chance or the world'],
    ['cli/run.ts', 'export default {};', 'cli/run.ts has a default export'],
  ])('%s: %s', (file, source, violation) => {
    expect(violations(new Map([[file, source]]))).toEqual([violation]);
  });

  test.each([
    ['wire.ts', "import { host } from './reconcile/host.ts';\nconst home = process.env['HOME'];"],
    ['main.ts', 'process.exit(0);'],
    ['cli/run.ts', 'process.exitCode = 1;\n// process.exit is main’s'],
    ['core/digest.ts', "import { createHash } from 'node:crypto';"],
    ['config/values.ts', "import * as z from 'zod';\nimport type { ZodType } from 'zod';"],
    ['core/diff.ts', "import { close } from './close.ts';\nconst at = new Date(text); // never Date.now()"],
    ['edges/git/fetch.ts', "import { simpleGit } from 'simple-git';\nimport { run } from '../process.ts';"],
  ])('and what is allowed is not one: %s', (file, source) => {
    expect(violations(new Map([[file, source]]))).toEqual([]);
  });
});
