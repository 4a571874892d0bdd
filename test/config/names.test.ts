import { expect, test } from 'vitest';
import { problems, testLoader } from './rig.ts';

const app = (name: string, lines: string): string => `  ${name}:\n    url: https://a.example/x.git\n    ${lines}\n`;
const apps = (...all: readonly string[]): string => `apps:\n${all.join('')}`;

test.each([
  [
    'an app that is still declared',
    apps(app('new', 'formerly: old'), app('old', 'branch: main')),
    /:4:5: apps\.new\.formerly: is an app that is still declared/,
  ],
  [
    'a name that two claim',
    apps(app('a', 'formerly: [old]'), app('b', 'formerly: [older, old]')),
    /:7:23: apps\.b\.formerly\[1\]: is claimed by the app "a" already/,
  ],
  [
    'a circle',
    apps(app('a', 'formerly: [b]'), app('b', 'formerly: [a]')),
    /apps\.a\.formerly\[0\]: is an app that is still declared[\s\S]*apps\.b\.formerly\[0\]: is an app that is still declared/,
  ],
  ['its own name', apps(app('a', 'formerly: [a]')), /apps\.a\.formerly\[0\]: is the name that the app has now/],
  ['one name twice', apps(app('a', 'formerly: [old, old]')), /apps\.a\.formerly\[1\]: is named already/],
  ['no name', apps(app('a', 'formerly: ["a b"]')), /apps\.a\.formerly\[0\]: is no name for an app/],
  [
    'a project that another app has',
    apps(app('a', 'formerly: old'), app('b', 'project: old')),
    /apps\.b\.project: has the same Compose project as the app "a"/,
  ],
])('%s as an old name is an error with its place', async (_what, text, message) => {
  expect(await problems(text)).toMatch(message);
});

test('the Compose project stays the one of the oldest name, unless another is written', async () => {
  await using loader = await testLoader();
  const config = await loader.load(
    apps(
      app('new', 'formerly: [Oldest, older]'),
      app('other', 'formerly: before\n    project: its-own\n    enabled: false'),
    ),
  );
  expect(config.apps).toMatchObject([{ name: 'new', project: 'oldest', formerly: ['Oldest', 'older'] }]);
  expect(config.formerly).toEqual({ new: ['Oldest', 'older'], other: ['before'] });
});
