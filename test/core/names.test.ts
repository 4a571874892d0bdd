import { describe, expect, test } from 'vitest';
import { foldHistory } from '../../src/core/history.ts';
import { homeOf, namesByHome, nameTrouble, renamed, renamingsIn } from '../../src/core/names.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { HostSnapshot } from '../../src/model/history.ts';
import { testApp } from '../support/test-harbor.ts';
import { finished, started } from './entries.ts';

const trigger = { kind: 'interval' } as const;
const folded = (bodies: readonly EntryBody[]): HostSnapshot =>
  foldHistory(bodies.map((body, at) => ({ ...body, seq: at + 1, at: '2026-11-20T10:00:00.000Z', host: 'h' }) as Entry));

const deployed = (app: string, project = app): readonly EntryBody[] => [
  started({ app, project }),
  { kind: 'step', app, intent: 1, act: 'create', title: 'create web' },
  finished({ app }),
];
const rename = (app: string, from: string, project: string): EntryBody => ({
  kind: 'renamed',
  app,
  from,
  project,
  trigger,
});
const declared = (name: string, formerly: readonly string[], project: string) => testApp({ name, formerly, project });

describe('a renaming that is written down', () => {
  test('hands everything over that the log says of the app, and leaves nothing under the old name', () => {
    const before = folded(deployed('old'));
    const after = folded([...deployed('old'), rename('new', 'old', 'old')]);
    expect(after.apps).toEqual({ new: before.apps['old'] });
    expect(after.names).toEqual({ new: [{ name: 'old', until: 4 }] });
  });

  test('twice: the folders keep the first name, and labels with it mean the app', () => {
    const after = folded([...deployed('a'), rename('b', 'a', 'a'), rename('c', 'b', 'a')]);
    expect(homeOf(after, 'c')).toBe('a');
    expect([...namesByHome(after)]).toEqual([['a', 'c']]);
    expect(Object.keys(after.apps)).toEqual(['c']);
  });

  test('back to its first name: the labels are its own again', () => {
    const after = folded([...deployed('a'), rename('b', 'a', 'a'), rename('a', 'b', 'a')]);
    expect(homeOf(after, 'a')).toBe('a');
    expect(after.apps['a']).toBeDefined();
    expect([...namesByHome(after)]).toEqual([['a', 'a']]);
  });

  test('looks the same before it is written down', () => {
    const before = folded(deployed('old'));
    const { names, ...seen } = renamed(before, { app: 'new', from: 'old', project: 'old' });
    const { names: written, ...after } = folded([...deployed('old'), rename('new', 'old', 'old')]);
    expect(seen).toEqual(after);
    expect(names?.['new']?.map(({ name }) => name)).toEqual(written?.['new']?.map(({ name }) => name));
  });
});

describe('what is to be renamed', () => {
  const due = (snapshot: HostSnapshot, ...apps: ReturnType<typeof declared>[]) =>
    renamingsIn(snapshot, apps).map(({ app, from }) => `${from} → ${app}`);

  test('once, and not again', () => {
    const before = folded(deployed('old'));
    const app = declared('new', ['old'], 'old');
    expect(due(before, app)).toEqual(['old → new']);
    expect(due(folded([...deployed('old'), rename('new', 'old', 'old')]), app)).toEqual([]);
  });

  test('from the newest name that this host knows, whichever hosts saw the names between', () => {
    const app = declared('c', ['a', 'b'], 'a');
    expect(due(folded(deployed('a')), app)).toEqual(['a → c']);
    expect(due(folded([...deployed('a'), rename('b', 'a', 'a')]), app)).toEqual(['b → c']);
  });

  test('also where the log knows nothing: what runs may have the old name on it', () => {
    expect(due(folded([]), declared('new', ['a', 'b'], 'a'))).toEqual(['a → new']);
  });

  test('not where the app was deployed under its new name, and the old one is unknown', () => {
    expect(due(folded(deployed('new')), declared('new', ['old'], 'old'))).toEqual([]);
  });

  test('nothing that an operation is under way for', () => {
    const busy = folded([started({ app: 'old', project: 'old' })]);
    const app = declared('new', ['old'], 'old');
    expect(due(busy, app)).toEqual([]);
    expect(nameTrouble(busy, app)?.message).toContain('waits for the end');
  });

  test('back to the first name', () => {
    const both = folded([...deployed('a'), rename('b', 'a', 'a')]);
    expect(due(both, declared('a', ['b'], 'a'))).toEqual(['b → a']);
  });
});

describe('what is in the way is told with what lifts it', () => {
  test('both were deployed here', () => {
    const trouble = nameTrouble(folded([...deployed('old'), ...deployed('new')]), declared('new', ['old'], 'old'));
    expect(trouble).toMatchObject({ code: 'config-invalid', hint: expect.stringContaining('take `formerly` out') });
  });

  test('another Compose project: volumes would stay behind', () => {
    const trouble = nameTrouble(folded(deployed('old', 'production')), declared('new', ['old'], 'old'));
    expect(trouble).toMatchObject({ code: 'config-invalid', hint: 'Write `project: production` under apps.new.' });
  });

  test('the old name is no longer written, and the project would be another one', () => {
    const after = folded([...deployed('old'), rename('new', 'old', 'old')]);
    expect(nameTrouble(after, declared('new', [], 'new'))).toMatchObject({
      code: 'config-invalid',
      hint: expect.stringContaining('Write `project: old` under apps.new'),
    });
    expect(nameTrouble(after, declared('new', [], 'old'))).toBeUndefined();
    expect(nameTrouble(after, declared('new', ['old'], 'new'))).toBeUndefined();
  });

  test('a new app by a name that the folders of another one have', () => {
    const after = folded([...deployed('old'), rename('new', 'old', 'old')]);
    expect(nameTrouble(after, declared('old', [], 'other'))).toMatchObject({
      message: expect.stringContaining('those of new'),
      hint: expect.stringContaining('`formerly: [new]`'),
    });
    expect(nameTrouble(after, declared('old', ['new'], 'old'))).toBeUndefined();
  });
});
