import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { buildPage } from '../../scripts/build-page.mjs';
import type { Serving } from '../../src/api/serving.ts';
import type { Caller, Role } from '../../src/model/access.ts';
import { daemon } from '../api/rig.ts';

/** Debian's package: no test downloads a browser. As root it has no sandbox, and shows only pages of ours. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });

const built = buildPage();

const caller = (role: Role): Caller => ({ kind: 'token', name: `${role}s`, role, apps: [] });

/** A daemon on TCP over a Harbor of which a test says what matters. `hm_ROLE` is a token of that role. */
export async function site(harbor: Partial<Serving['harbor']>, rig: Partial<Serving> = {}) {
  const listening: string[] = [];
  const say = (fields: { readonly listen?: string }) => {
    if (fields.listen) listening.push(fields.listen);
  };
  const logger = { debug: say, info: say, warn: say, error: say };
  const api = { host: '127.0.0.1', port: 0, tls: undefined, anonymous: undefined, trustedProxies: [] };
  const recognise = async (token: string) => {
    const role = (['viewer', 'deployer', 'approver', 'operator', 'admin'] as const).find(
      (one) => `hm_${one}` === token,
    );
    return role && caller(role);
  };
  const { config: _, ...rest } = rig;
  const hm = await daemon(
    { recognise, log: async () => ({ entries: [], next: undefined }), ...harbor },
    { ...rest, logger, page: await built, config: () => ({ api }) },
  );
  onTestFinished(() => hm[Symbol.asyncDispose]());
  return { url: `http://127.0.0.1:${listening.at(-1)?.split(':').at(-1)}/` };
}

/** A page of a browser that nobody used before. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  return page;
}

export async function enter(page: Page, role: Role): Promise<void> {
  await page.getByLabel('Token').fill(`hm_${role}`);
  await page.getByRole('button', { name: 'Look' }).click();
}
