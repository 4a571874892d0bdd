import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { notifications } from '../../../src/edges/doctor/notifications.ts';
import type { Cursor } from '../../../src/edges/outbox/cursor.ts';
import type { CommitStatusConfig, HostConfig, NotifierConfig } from '../../../src/model/config.ts';
import { Secret } from '../../../src/model/secret.ts';
import { hostConfig } from '../../cli/builders.ts';
import { app } from '../../support/builders.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const cursor = (more: Partial<Cursor>): Cursor => ({
  v: 1,
  target: 'pager',
  cursor: 1,
  open: [],
  waiting: 0,
  refused: 0,
  ...more,
});

const notifier: NotifierConfig = { type: 'webhook', options: {}, on: [], severity: 'info', apps: [] };

const forge = (web: string): CommitStatusConfig => ({
  kind: 'gitea',
  web,
  api: `${web}/api/v1`,
  token: new Secret('t'),
  gitHosts: [],
  repositories: [],
  apps: [],
  context: 'harbormaster',
  targetUrl: undefined,
  limit: 1000,
});

async function found(config: Partial<HostConfig>, ...cursors: readonly Cursor[]) {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'outbox'), { recursive: true });
  for (const [index, one] of cursors.entries())
    await writeFile(join(folder.path, 'outbox', `${index}.json`), JSON.stringify(one));
  return await notifications({ stateDir: folder.path, loadConfig: async () => hostConfig(config) });
}

test('that nobody is told is said; who is told is counted', async () => {
  expect(await found({})).toEqual({
    state: 'ok',
    detail: 'nobody is told: a broken deployment would go unnoticed',
    hint: undefined,
  });
  expect(await found({ notifiers: [notifier, notifier] }, cursor({}))).toMatchObject({
    state: 'ok',
    detail: '2 notifiers, nothing waits',
  });
});

test('who cannot be told is a warning with all of them, and what to do of the first', async () => {
  const trouble = { since: '2026-01-31T12:00:00Z', message: 'no answer', hint: 'Is it up?', attempts: 3, next: '' };
  expect(
    await found(
      { notifiers: [notifier] },
      cursor({}),
      cursor({ target: 'a', waiting: 2, trouble }),
      cursor({ target: 'b', waiting: 1, trouble }),
    ),
  ).toEqual({
    state: 'warn',
    detail:
      'a cannot be told since 2026-01-31T12:00:00Z (2 waiting): no answer; b cannot be told since 2026-01-31T12:00:00Z (1 waiting): no answer',
    hint: 'Is it up?',
  });
});

test('what was refused for good is counted, with the last reason and what to do', async () => {
  const refusal = (at: string, message: string) => ({ at, message, hint: 'It must be another one.' });
  expect(
    await found(
      { notifiers: [notifier] },
      cursor({ refused: 2, refusal: refusal('2026-01-31T12:00:00Z', 'not that') }),
      cursor({ refused: 1, refusal: refusal('2026-01-30T12:00:00Z', 'nor this') }),
    ),
  ).toEqual({
    state: 'ok',
    detail: '1 notifier, nothing waits; 3 messages refused for good, the last at 2026-01-31T12:00:00Z: not that',
    hint: 'It must be another one.',
  });
});

test('a forge without a repository of any app is most likely not the one that was meant', async () => {
  const origin = 'https://git.example.org';
  const apps = [app({ repository: { ...app().repository, url: `${origin}/team/shop.git` } })];
  expect(await found({ apps, notifiers: [notifier], commitStatus: [forge(origin)] })).toMatchObject({
    state: 'ok',
    detail: '1 notifier, 1 forge, nothing waits',
  });
  expect(await found({ apps, commitStatus: [forge(origin), forge('https://elsewhere.example')] })).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining(
      'commit_status[1] tells nobody: no app of this host has a repository at https://elsewhere',
    ),
  });
});
