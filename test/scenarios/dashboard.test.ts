import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { launch, open } from '../browser/rig.ts';
import { eventually, light, type World, world } from '../support/world.ts';

let host: World;
let image: string;

beforeAll(async () => {
  host = await world();
  image = await host.engine.image('web');
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/** A port that was free a moment ago: the daemon has to be told one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

test('in a browser a person looks at what the daemon deployed, suspends it, and finds that in the log', async () => {
  const repository = await host.repository('page');
  await repository.commit({
    'compose.yaml': stringify({ services: { web: { image, ...light } } }),
  });
  const port = await freePort();
  await host.configure({ page: { url: repository.url } }, { api: { listen: `127.0.0.1:${port}` } });
  await using _daemon = await host.daemon();
  await eventually(async () => expect((await host.run('status')).stdout).toContain('matches Git'));
  const { stdout } = await host.run('token', 'create', 'ada', '--role', 'operator');
  const browser = await launch();
  try {
    const page = await open(browser, `http://127.0.0.1:${port}/`);
    await page.getByLabel('Token').fill(/hm_\S+/.exec(stdout)?.[0] ?? '');
    await page.getByRole('button', { name: 'Look' }).click();
    await page.getByText('Its one app matches Git and is healthy.').waitFor();
    await page.getByRole('link', { name: host.named('page') }).click();
    await page.getByText('Nothing to do: it is as Git declares.').waitFor();
    await page.locator('ul.services code', { hasText: 'sha256:' }).first().waitFor();
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByLabel('Reason (kept in the log)').fill('the mast is painted');
    await page.getByRole('form').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('is suspended', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Log' }).click();
    await page.locator('ol.log', { hasText: 'the mast is painted' }).waitFor();
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/^Verified: all \d+ entries hold/).waitFor();
  } finally {
    await browser.close();
  }
  expect(await host.log()).toContainEqual(
    expect.objectContaining({ kind: 'suspended', reason: 'the mast is painted' }),
  );
});
