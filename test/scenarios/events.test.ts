import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually, light, world } from '../support/world.ts';

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

/** What comes by `/v1/events` of a daemon, until it ends the stream. */
async function listen(socketPath: string, after: number) {
  const asking = get({ socketPath, path: `/v1/events?after=${after}`, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.on('response', resolve).on('error', reject);
  });
  let text = '';
  response.on('data', (chunk) => {
    text += chunk;
  });
  const closed = new Promise((resolve) => response.on('error', () => undefined).on('close', resolve));
  return {
    seqs: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    progress: () =>
      [...text.matchAll(/^event: progress\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as object),
    closed,
  };
}

test('who listens hears a deployment step by step, and goes on where he was after a restart of the daemon', async () => {
  await using host = await world();
  const socket = join(host.state, 'run/socket');
  const image = await host.engine.image('web');
  const compose = (version: string) =>
    stringify({ services: { web: { image, ...light, environment: { VERSION: version } } } });
  const repository = await host.repository('events');
  await repository.commit({ 'compose.yaml': compose('one') });
  await host.configure({ events: { url: repository.url } });
  const applied = async (count: number) =>
    eventually(async () => expect((await host.log()).filter(({ kind }) => kind === 'finished')).toHaveLength(count));
  let heard: number[] = [];
  {
    await using _daemon = await host.daemon();
    const first = await eventually(() => listen(socket, 0));
    await applied(1);
    await repository.commit({ 'compose.yaml': compose('two') });
    await applied(2);
    const last = (await host.log()).at(-1)?.seq ?? 0;
    await eventually(() => expect(first.seqs()).toEqual(upTo(last)));
    expect(first.progress()).toContainEqual(expect.objectContaining({ app: host.named('events') }));
    heard = first.seqs();
  }
  await repository.commit({ 'compose.yaml': compose('three') });
  await using daemon = await host.daemon();
  await applied(3);
  const again = await eventually(() => listen(socket, heard.at(-1) ?? 0));
  const last = (await host.log()).at(-1)?.seq ?? 0;
  await eventually(() => expect([...heard, ...again.seqs()]).toEqual(upTo(last)));
  await daemon[Symbol.asyncDispose]();
  await again.closed;
});
