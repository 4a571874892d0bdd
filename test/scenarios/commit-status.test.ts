import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { receiver, type Seen, status } from '../edges/notifiers/receiver.ts';
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

const compose = (more: object = {}): string => stringify({ services: { web: { image, ...light, ...more } } });

const unwell = { test: ['CMD', 'false'], interval: '1s', retries: 1 };

const told = ({ path = '', body }: Seen): string => {
  const { state, context, description } = JSON.parse(body) as Record<string, string>;
  return `${path.slice(-40, -30)} ${context?.split('-').at(-1)} ${state}: ${description}`;
};

test('who pushes sees at each commit what became of it: good, broken, and overtaken by another one', async () => {
  await using forge = await receiver(status(201));
  const repository = await host.repository('shop');
  const url = repository.url.replace(host.git.origin, `${host.git.origin}/team`);
  await writeFile(join(host.folder, 'token'), 's3cret-token\n');
  const entry = { forge: 'gitea', url: host.git.origin, api: forge.origin, token: '${file:token}' };
  const good = (await repository.commit({ 'compose.yaml': compose() })).slice(0, 10);
  await host.configure({ auto: { url }, manual: { url, deploy: 'manual' } }, { commit_status: [entry] });
  const daemon = await host.daemon();
  const of = (app: string) => forge.seen.map(told).filter((line) => line.includes(` ${app} `));
  const first = [`${good} auto pending: deploying release`, `${good} auto success: deployed release`].map((text) =>
    expect.stringContaining(text),
  );
  await eventually(() => expect(of('auto')).toEqual(first));
  await eventually(() => expect(of('manual')).toEqual([expect.stringContaining(`${good} manual pending: waits: `)]));

  const broken = (await repository.commit({ 'compose.yaml': compose({ healthcheck: unwell }) })).slice(0, 10);
  await eventually(() =>
    expect(of('auto').slice(2)).toEqual([
      expect.stringContaining(`${broken} auto pending: deploying release`),
      expect.stringContaining(`${broken} auto failure: failed at `),
    ]),
  );
  await eventually(() =>
    expect(of('manual').slice(1)).toEqual([
      `${good} manual warning: superseded by ${broken}`,
      expect.stringContaining(`${broken} manual pending: waits: `),
    ]),
  );

  expect(forge.seen[0]).toMatchObject({ method: 'POST', headers: { authorization: 'token s3cret-token' } });
  expect(forge.seen.every(({ path }) => path?.startsWith('/repos/team/shop/statuses/'))).toBe(true);
  expect((await host.run('doctor')).stdout).toContain('1 forge');
  expect(daemon.output()).not.toContain('s3cret-token');
  daemon.signal('SIGTERM');
  await daemon.ended;
});
