import { describe, expect, test } from 'vitest';
import { testApp, testHarbor } from '../support/test-harbor.ts';

const named = (name: string, onRemove: 'down' | 'stop' | 'orphan' = 'down') =>
  testApp({ name, project: name, removal: { onRemove, grace: 0 } });
const data = (home: string) => ({ home, kind: 'data', path: `/state/apps/${home}/data`, bytes: 4096 }) as const;

describe('orphans', () => {
  test('of what is declared nothing is told, whatever it is called', async () => {
    const harbor = await testHarbor({ apps: [named('shop')] });
    await harbor.pass();
    harbor.keep([data('shop')]);
    expect(await harbor.harbor().orphans()).toEqual([]);
    harbor.declare([testApp({ name: 'store', project: 'shop', formerly: ['shop'] })]);
    harbor.configure({ formerly: { store: ['shop'] } });
    expect(await harbor.harbor().orphans()).toEqual([]);
    await harbor.pass();
    expect(await harbor.harbor().orphans()).toEqual([]);
  });

  test('each tells how it came to be, and what removes it', async () => {
    const apps = [named('down'), named('stop', 'stop'), named('orphan', 'orphan'), named('waiting')];
    const harbor = await testHarbor({ apps });
    await harbor.pass();
    harbor.keep([data('down'), data('stop'), data('a name')]);
    const [, , , waiting] = apps;
    harbor.declare(waiting ? [waiting] : []);
    for (const name of ['down', 'stop', 'orphan']) await harbor.apply([name]);
    harbor.declare([]);
    const found = await harbor.harbor().orphans();
    expect(found.map(({ app, how, forget }) => [app, how, forget])).toEqual([
      ['a name', 'unknown', undefined],
      ['down', 'removed', undefined],
      ['orphan', 'let-go', undefined],
      ['stop', 'stopped', 'harbormaster forget stop'],
      ['waiting', 'leaving', undefined],
    ]);
    const removal = Object.fromEntries(found.map(({ app, things }) => [app, things.map(({ remove }) => remove)]));
    expect(removal).toEqual({
      'a name': ["rm -r '/state/apps/a name/data'"],
      down: ['rm -r /state/apps/down/data'],
      orphan: [expect.stringMatching(/^docker rm --force orphan-web/)],
      stop: [expect.stringMatching(/^docker rm --force stop-web/), 'rm -r /state/apps/stop/data'],
      waiting: ['harbormaster apply waiting'],
    });
  });

  test('a project that a declared app has by now is not told of', async () => {
    const harbor = await testHarbor({ apps: [named('shop', 'orphan')] });
    await harbor.pass();
    harbor.declare([]);
    await harbor.apply([]);
    harbor.declare([testApp({ name: 'other', project: 'shop' })]);
    expect(await harbor.harbor().orphans()).toEqual([]);
  });
});
