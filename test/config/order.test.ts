import { describe, expect, test } from 'vitest';
import { load, problems } from './rig.ts';

const apps = (lines: Readonly<Record<string, string>>, top = ''): string => `\
${top}apps:
${Object.entries(lines)
  .map(
    ([name, more]) => `  ${name}: {url: https://git.example.com/platform/infra.git${more === '' ? '' : `, ${more}`}}\n`,
  )
  .join('')}`;

const dependsOn = async (text: string, host = 'web-1') =>
  Object.fromEntries((await load(text, { host })).apps.map((app) => [app.name, app.dependsOn]));

test('depends_on is a name, a list, or a map with conditions, as in a compose file', async () => {
  const text = apps({
    one: 'depends_on: db',
    two: 'depends_on: [db, cache, db]',
    three: 'depends_on: {db: {condition: same-revision}, cache: {}, one: }',
    db: '',
    cache: '',
  });
  const healthy = (app: string) => ({ app, condition: 'healthy' });
  expect(await dependsOn(text)).toEqual({
    one: [healthy('db')],
    two: [healthy('db'), healthy('cache')],
    three: [{ app: 'db', condition: 'same-revision' }, healthy('cache'), healthy('one')],
    db: [],
    cache: [],
  });
});

test('an app of other hosts only is not waited for, one that is disabled here is', async () => {
  const text = apps({ shop: 'depends_on: [db, wiki]', db: 'hosts: db-*', wiki: 'enabled: false' });
  expect(await dependsOn(text)).toEqual({ shop: [{ app: 'wiki', condition: 'healthy' }] });
  expect(await dependsOn(text, 'db-1')).toMatchObject({ shop: [{ app: 'db' }, { app: 'wiki' }] });
});

describe('is refused, with its place:', () => {
  test('a name that no app has, with the nearest one', async () => {
    expect(await problems(apps({ shop: 'depends_on: [database]', databse: '' }))).toBe(
      'harbormaster.yml:2:72: apps.shop.depends_on[0]: must be the name of an app; did you mean "databse"?',
    );
    expect(await problems(apps({ shop: 'depends_on: {x: {condition: healthy}}' }))).toContain(
      'apps.shop.depends_on.x: must be the name of an app; there are: shop',
    );
  });

  test('a circle, printed once', async () => {
    expect(
      await problems(apps({ shop: 'depends_on: [db]', db: 'depends_on: {disk: {}}', disk: 'depends_on: shop' })),
    ).toBe(
      'harbormaster.yml:2:72: apps.shop.depends_on[0]: waits for itself: shop → db → disk → shop; take one of them out',
    );
    expect(await problems(apps({ shop: 'depends_on: shop' }))).toContain('waits for itself: shop → shop');
  });

  test('a circle through an app of another host: the file serves them all', async () => {
    expect(await problems(apps({ shop: 'depends_on: db', db: 'depends_on: shop, hosts: db-1' }))).toContain(
      'shop → db → shop',
    );
  });

  test('the same revision of what can never be the same', async () => {
    const lockstep = 'depends_on: {db: {condition: same-revision}}';
    expect(await problems(apps({ shop: lockstep, db: 'branch: next' }))).toContain(
      'apps.shop.depends_on.db.condition: can never be: shop and db do not follow the same branch, tag or commit of one repository',
    );
    expect(await problems(apps({ shop: `tag: v1, ${lockstep}`, db: '' }))).toContain('can never be');
    const top =
      'repositories: {infra: {url: "https://git.example.com/platform/infra.git"}}\ndefaults: {branch: next}\n';
    const shared = apps({ shop: lockstep, db: 'branch: next' }, top);
    expect(
      await dependsOn(shared.replace('db: {url: https://git.example.com/platform/infra.git', 'db: {repository: infra')),
    ).toMatchObject({
      shop: [{ app: 'db', condition: 'same-revision' }],
    });
  });

  test('a condition that there is not, and what is no name', async () => {
    expect(await problems(apps({ shop: 'depends_on: {db: {condition: service_healthy}}', db: '' }))).toMatch(
      /apps\.shop\.depends_on/,
    );
    expect(await problems(apps({ shop: 'depends_on: [3]' }))).toMatch(/apps\.shop\.depends_on/);
    expect(await problems(apps({ shop: 'depends_on: []' }))).toMatch(/apps\.shop\.depends_on/);
  });
});
