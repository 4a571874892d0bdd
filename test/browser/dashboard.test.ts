import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPage } from '../../scripts/build-page.mjs';
import type { Entry } from '../../src/model/entry.ts';
import { appStatus, passed, planned } from '../cli/builders.ts';
import { finished } from '../core/entries.ts';
import { enter, launch, open, site } from './rig.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const since = '2026-01-31T14:03:00Z';
const plan = 'a1'.repeat(32);
const waiting = appStatus({
  app: 'shop',
  sync: { state: 'out-of-sync', causes: ['web: image nginx:1.27 → nginx:1.28'] },
  blockedBy: [
    {
      code: 'approval',
      detail: 'the plan a1a1a1a1a1a1 waits for one approval',
      hint: undefined,
      since,
      until: undefined,
      lift: 'harbormaster approve shop --plan a1a1a1a1a1a1',
    },
  ],
});
const many = Array.from({ length: 99 }, (_, index) => appStatus({ app: `app-${String(index).padStart(2, '0')}` }));
const hostOf = (apps = [waiting, appStatus({ app: 'blog' })]) => ({ host: 'ship-1', daemon: { pid: 1, since }, apps });
const entry = (seq: number): Entry => ({
  v: 1,
  seq,
  at: since,
  host: 'ship-1',
  instance: 'i',
  prev: '0'.repeat(64),
  ...finished({ app: seq % 2 === 0 ? 'shop' : 'blog' }),
});
const harbor = {
  status: async () => hostOf(),
  plan: async () => [planned({ approval: { plan, ruling: { kind: 'waits', have: [], need: 1 } } })],
  history: async () => ({
    app: 'shop',
    running: undefined,
    attempts: [],
    good: [],
  }),
};

async function troublesOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('the whole dashboard is below 40 KB as it is sent', async () => {
  const files = Object.values(await buildPage());
  const sizes = files.map(({ gzip }) => Buffer.from(gzip, 'base64').length);
  expect(sizes.length).toBe(3);
  expect(sizes.reduce((all, one) => all + one, 0)).toBeLessThan(40_000);
});

test('without a token the page asks for one, and keeps it out of the address and of other tabs', async () => {
  const { url } = await site(harbor);
  const page = await open(browser, url);
  await page.getByRole('heading', { name: 'Harbormaster' }).waitFor();
  await page.getByLabel('Token').fill('hm_wrong');
  await page.getByRole('button', { name: 'Look' }).click();
  await page.getByRole('alert').waitFor();
  await enter(page, 'viewer');
  await page.getByText('1 of 2 apps matches Git and is healthy; 1 waits for a person.').waitFor();
  // Also while nothing happens.
  await page.getByText('live, viewers (viewer)').waitFor();
  expect(page.url()).toBe(url);
  expect(await page.evaluate('[localStorage.length, sessionStorage.length]')).toEqual([0, 1]);
  await page.getByText('Needs a person').waitFor();
});

test('the page is served with a strict policy, its files for good, and nothing is asked of anybody else', async () => {
  const { url } = await site(harbor);
  const page = await open(browser, 'about:blank');
  const asked: string[] = [];
  const said: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => said.push(message.text()));
  const response = await page.goto(url);
  const headers = response?.headers() ?? {};
  expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers).toMatchObject({
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  await enter(page, 'viewer');
  await page.getByText('Needs a person').waitFor();
  expect(asked.filter((one) => !one.startsWith(url) && !one.startsWith('data:'))).toEqual([]);
  expect(said.filter((one) => one.includes('Content Security Policy'))).toEqual([]);
  const script = await fetch(new URL(asked.find((one) => one.endsWith('.js')) ?? '', url));
  expect(script.headers.get('cache-control')).toContain('immutable');
});

test('who may approves the plan that he reads, and is shown the command that does the same', async () => {
  const approved: unknown[] = [];
  const approve = async (request: unknown) => {
    approved.push(request);
    return passed();
  };
  const { url } = await site({ ...harbor, approve });
  const page = await open(browser, `${url}#/apps/shop`);
  await enter(page, 'approver');
  await page.getByRole('cell', { name: 'nginx:1.28 (ab12cd34)' }).waitFor();
  await page.getByRole('button', { name: 'Approve this plan' }).click();
  await page.getByLabel('Reason (if you like)').fill('looks good');
  await page.getByText("harbormaster approve shop --plan a1a1a1a1a1a1 --reason 'looks good'").waitFor();
  await page
    .getByRole('form', { name: 'Approve this plan' })
    .getByRole('button', { name: 'Approve this plan' })
    .click();
  await page.getByText('shop: applied.').waitFor();
  expect(approved).toEqual([{ app: 'shop', plan: 'a1a1a1a1a1a1', reason: 'looks good' }]);
});

test('who may only look has no buttons that act', async () => {
  const { url } = await site(harbor);
  const page = await open(browser, `${url}#/apps/shop`);
  await enter(page, 'viewer');
  await page.getByText('harbormaster apply shop').waitFor();
  expect(await page.getByRole('button').allTextContents()).toEqual(['Forget token']);
});

test('an app is applied with its progress, suspended with a reason, and rolled back', async () => {
  const done: unknown[] = [];
  const noted = { app: 'shop', entry: 1, summary: 'shop is suspended' };
  const { url } = await site({
    ...harbor,
    async apply(apps, _, progress) {
      progress('shop', 'replace web');
      done.push(['apply', apps]);
      return [passed()];
    },
    async suspend({ app, reason }) {
      done.push(['suspend', app, reason]);
      return noted;
    },
    async rollback({ app, reason }) {
      done.push(['rollback', app, reason]);
      return passed();
    },
  });
  const page = await open(browser, `${url}#/apps/shop`);
  await enter(page, 'operator');
  const submit = async (name: string, reason?: string) => {
    await page.getByRole('button', { name, exact: true }).click();
    const form = page.getByRole('form', { name, exact: true });
    if (reason) await form.getByLabel('Reason (kept in the log)').fill(reason);
    await form.getByRole('button', { name, exact: true }).click();
    await form.locator('.good').waitFor();
  };
  await submit('Apply now');
  await page.getByText('shop: replace web').waitFor();
  await submit('Suspend', 'the mast is painted');
  await submit('Roll back', 'it leaks');
  expect(done).toEqual([
    ['apply', ['shop']],
    ['suspend', 'shop', 'the mast is painted'],
    ['rollback', 'shop', 'it leaks'],
  ]);
});

test('what happens is seen without asking, also after the connection was lost', async () => {
  const state = { apps: [waiting] };
  const { url } = await site({ ...harbor, status: async () => hostOf(state.apps) });
  const page = await open(browser, 'about:blank');
  const asked: (string | undefined)[] = [];
  await page.route('**/v1/events', async (route) => {
    asked.push(
      await route
        .request()
        .headerValue('last-event-id')
        .then((value) => value ?? undefined),
    );
    if (asked.length === 2) return route.abort();
    const id = asked.length === 1 ? 7 : 8;
    const body = `: here\n\nid: ${id}\nevent: entry\ndata: ${JSON.stringify(entry(id))}\n\nevent: progress\ndata: {"app":"shop","message":"hook says ${id}"}\n\nevent: status\ndata: {}\n\n`;
    return route.fulfill({ contentType: 'text/event-stream', body });
  });
  await page.goto(`${url}#/apps/shop`);
  await enter(page, 'viewer');
  await page.getByText('hook says 7').waitFor();
  state.apps = [appStatus({ app: 'shop' })];
  await page.getByText('hook says 8').first().waitFor();
  await page.getByText('matches Git and is healthy').waitFor();
  expect(asked.slice(0, 3)).toEqual(['0', '7', '7']);
});

test('two attempts are compared and one is gone back to, by keyboard alone', async () => {
  const release = (digit: string) => digit.repeat(64);
  const attempt = (seq: number, digit: string, runs: boolean) => ({
    seq,
    at: since,
    what: 'deploy' as const,
    release: release(digit),
    commit: digit.repeat(40),
    outcome: 'applied' as const,
    details: [],
    trigger: undefined,
    duration: 1_000,
    runs,
  });
  const image = (tag: string) => `registry.example/web:${tag}@sha256:${tag.repeat(64)}`;
  const told = (seq: number, tag: string): Entry => ({
    ...entry(seq),
    ...finished({
      app: 'shop',
      services: [
        {
          service: 'web',
          change: 'replace',
          because: 'image',
          image: { from: undefined, to: image(tag) },
          digest: { from: undefined, to: release(tag) },
          imageId: undefined,
          containers: { before: [], after: [] },
          completed: false,
        },
      ],
    }),
  });
  const gone: unknown[] = [];
  const { url } = await site({
    ...harbor,
    history: async () => ({
      app: 'shop',
      running: release('2'),
      attempts: [attempt(9, '2', true), attempt(5, '1', false)],
      good: [{ release: release('1'), commit: '1'.repeat(40), at: since, seq: 5, quarantined: undefined }],
    }),
    log: async (_, page) => ({
      entries: [told(9, '2'), told(5, '1')].filter(({ seq }) => page.order === 'newest' || seq === page.after + 1),
      next: undefined,
    }),
    async rollback({ app, to, reason }) {
      gone.push([app, to, reason]);
      return passed();
    },
  });
  const page = await open(browser, `${url}#/apps/shop`);
  await enter(page, 'operator');
  const toggle = page.getByLabel('Compare 9');
  await toggle.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.getByText('From entry 5 to entry 9').waitFor();
  await page.getByText(/web, image/).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.type('it leaks');
  await page.getByText("harbormaster rollback shop --to 111111111111 --reason 'it leaks'").waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('shop: applied.').waitFor();
  expect(gone).toEqual([['shop', '111111111111', 'it leaks']]);
});

test('100 apps and 10,000 entries are looked through on a phone', async () => {
  const log = Array.from({ length: 10_000 }, (_, index) => entry(10_000 - index));
  const { url } = await site({
    ...harbor,
    status: async () => hostOf([waiting, ...many]),
    async log({ apps = [] }, page) {
      const found = log.filter((one) => apps.length === 0 || apps.includes('app' in one ? (one.app ?? '') : ''));
      if (page.order === 'oldest')
        return { entries: found.filter(({ seq }) => seq > (page.after ?? 0)), next: undefined };
      const { before = Number.POSITIVE_INFINITY } = page;
      const entries = found.filter(({ seq }) => seq < before).slice(0, page.limit);
      return { entries, next: entries.at(-1)?.seq };
    },
  });
  const page = await open(browser, url, { viewport: { width: 360, height: 740 }, hasTouch: true });
  await enter(page, 'viewer');
  await page.getByLabel('Find an app').fill('app-42');
  await expect.poll(() => page.locator('ul.apps li').count()).toBe(1);
  await page.getByRole('link', { name: 'Log' }).click();
  await expect.poll(() => page.locator('ol.log li').count()).toBe(100);
  // Nothing moves away from under a finger.
  const height = () => page.evaluate<number>('document.documentElement.scrollHeight');
  const whole = await height();
  await page.getByRole('button', { name: 'Show older' }).scrollIntoViewIfNeeded();
  await page.evaluate('new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))');
  expect(await height()).toBe(whole);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect.poll(() => page.locator('ol.log li').count()).toBe(200);
  await page.getByRole('combobox', { name: 'App', exact: true }).selectOption('shop');
  await expect.poll(() => page.locator('ol.log li').first().textContent()).toContain('10000');
  await expect.poll(() => page.locator('ol.log li', { hasText: 'blog' }).count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
});

test('older entries that come after another filter was chosen leave no gap in what that one shows', async () => {
  const log = Array.from({ length: 400 }, (_, index) => entry(400 - index));
  let held: Promise<void> | undefined;
  const { url } = await site({
    ...harbor,
    async log({ apps = [] }, page) {
      if (page.order === 'oldest') return { entries: [], next: undefined };
      const { before = Number.POSITIVE_INFINITY } = page;
      if (before < 400) await held;
      const found = log.filter((one) => apps.length === 0 || apps.includes('app' in one ? (one.app ?? '') : ''));
      const entries = found.filter(({ seq }) => seq < before).slice(0, page.limit);
      return { entries, next: entries.at(-1)?.seq };
    },
  });
  const page = await open(browser, url);
  await enter(page, 'viewer');
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  const app = page.getByRole('combobox', { name: 'App', exact: true });
  const rows = page.locator('ol.log li');
  await app.selectOption('shop');
  await expect.poll(() => rows.last().textContent()).toContain('202');
  let release = (): void => undefined;
  held = new Promise((resolve) => {
    release = resolve;
  });
  await page.getByRole('button', { name: 'Show older' }).click();
  await app.selectOption('');
  await expect.poll(() => rows.last().textContent()).toContain('301');
  release();
  held = undefined;
  // What came too late has had its time.
  await page.waitForTimeout(300);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect.poll(() => rows.count()).toBe(200);
  expect(await rows.last().textContent()).toContain('201');
});

test.each(['light', 'dark'] as const)('nothing is in the way of a screen reader, in %s', async (colorScheme) => {
  const verify = async () => ({
    ok: true,
    entries: 3,
    head: '',
    proves: [],
    cannotProve: ['that its end was not cut off'],
  });
  const { url } = await site(
    { ...harbor, log: async () => ({ entries: [entry(3), entry(2)], next: undefined }) },
    { verify },
  );
  const page = await open(browser, url, { colorScheme });
  expect(await troublesOf(page)).toEqual([]);
  await enter(page, 'admin');
  await page.getByText('Needs a person').waitFor();
  expect(await troublesOf(page)).toEqual([]);
  await page.goto(`${url}#/apps/shop`);
  await page.getByRole('cell', { name: 'nginx:1.28 (ab12cd34)' }).waitFor();
  await page.getByRole('button', { name: 'Suspend' }).click();
  expect(await troublesOf(page)).toEqual([]);
  await page.goto(`${url}#/log`);
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('Verified: all 3 entries hold.').waitFor();
  expect(await troublesOf(page)).toEqual([]);
});

test('nothing is in the way of a screen reader before the host has answered', async () => {
  const { url } = await site({ ...harbor, status: () => new Promise<never>(() => undefined) });
  const page = await open(browser, url);
  await enter(page, 'viewer');
  await page.getByText('Asking …').waitFor();
  expect(await troublesOf(page)).toEqual([]);
  await page.goto(`${url}#/apps/shop`);
  await page.getByRole('heading', { name: 'shop', exact: true }).waitFor();
  expect(await troublesOf(page)).toEqual([]);
});
