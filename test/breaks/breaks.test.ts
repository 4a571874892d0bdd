import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { editsOf, testFile } from './break.ts';
import { breaks } from './index.ts';
import { open } from './open.ts';
import { titlesIn } from './titles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(`${root}/${file}`, 'utf8');
const timesIn = (text: string, part: string): number => text.split(part).length - 1;

const rooms = ['browser', 'scenarios', 'torture'];
const files = rooms.flatMap((room) =>
  readdirSync(`${root}/test/${room}`)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${room}/${name.replace('.test.ts', '')}`),
);
/** Tests that a file has from elsewhere. */
const shared: Readonly<Record<string, string>> = { 'scenarios/engine.contract': 'test/contracts/engine.ts' };
const titles = new Map(
  files.map((of) => [of, [testFile(of), ...(shared[of] ? [shared[of]] : [])].flatMap((file) => titlesIn(read(file)))]),
);
const all = Object.entries(breaks).flatMap(([of, list]) => list.map((one) => ({ of, ...one })));
/** By file, what names its tests. */
const named = (of: string): readonly string[] => [
  ...(breaks[of] ?? []).flatMap(({ tests }) => tests),
  ...Object.keys(open[of] ?? {}),
];

test('tests are found however they are written', () => {
  const source = `
const title = 'by a constant';
test(title, async () => {});
test.runIf(process.env['X'])('under a condition', () => { expect(test).toBe(1); });
describe('around', () => {
  test.each<readonly [string, () => void]>([['a (b', () => test.name]])(
    'each %s',
    () => {},
  );
  describe.each([1])(\`\${inner}\`, () => {
    test("it's", { timeout: 1 }, () => {});
  });
});
test('it\\'s the last', () => {});`;
  expect(titlesIn(source)).toEqual([
    'by a constant',
    'under a condition',
    'around each %s',
    "around ${inner} it's",
    "it's the last",
  ]);
  expect([...titles.values()].flat().length).toBeGreaterThan(200);
});

test('every test that drives the real thing was seen to fail: a break names it', () => {
  const missing = files.flatMap((of) =>
    (titles.get(of) ?? [])
      .filter((title) => !named(of).some((part) => title.includes(part)))
      .map((title) => `${of}: ${title}`),
  );
  expect(missing).toEqual([]);
});

test('what a break or the list of open ones names is one test', () => {
  const names = [
    ...all.flatMap(({ of, tests, after = [] }) => [...tests, ...after].map((part) => ({ of, part }))),
    ...Object.entries(open).flatMap(([of, parts]) => Object.keys(parts).map((part) => ({ of, part }))),
  ];
  const wrong = names.filter(({ of, part }) => titles.get(of)?.filter((title) => title.includes(part)).length !== 1);
  expect(wrong).toEqual([]);
});

test('what a break edits stands once in its file, and becomes something else', () => {
  const edits = all.flatMap((one) => editsOf(one).map(({ in: file, from, to }) => ({ of: one.of, file, from, to })));
  const wrong = edits.filter(({ file, from, to }) => from === to || timesIn(read(file), from) !== 1);
  expect(wrong).toEqual([]);
});
