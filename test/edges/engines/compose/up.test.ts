import { expect, test } from 'vitest';
import { readContainers } from '../../../../src/edges/engines/api/observe.ts';
import { namingGhosts, namingPortHolder } from '../../../../src/edges/engines/compose/up.ts';
import { engineFailure } from '../../../../src/edges/engines/failures.ts';
import { HarborError } from '../../../../src/errors.ts';
import recorded from '../recorded/containers.json' with { type: 'json' };

const observe = async () => readContainers(recorded);
const failWith = (text: string) => () => Promise.reject(engineFailure(text));

test('an error about a taken port names the container that holds it', async () => {
  const act = failWith('on endpoint x (1): Bind for 0.0.0.0:32768 failed: port is already allocated');
  await expect(namingPortHolder(observe, act)).rejects.toMatchObject({
    code: 'port-taken',
    message: 'port 32768 is already taken by container shop-web-1 ad836bf473b6 (project shop, service web)',
  });
});

test('where no container holds it, a program does', async () => {
  const act = failWith('Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use');
  await expect(namingPortHolder(observe, act)).rejects.toMatchObject({
    message: 'port 80 is already taken by a program outside of Docker',
    hint: "Find it with: ss -ltnp 'sport = :80'",
  });
});

test('other errors pass as they are', async () => {
  const error = new HarborError('no', { code: 'name-taken' });
  await expect(namingPortHolder(observe, () => Promise.reject(error))).rejects.toBe(error);
  await expect(namingPortHolder(observe, failWith('port is already allocated'))).rejects.toMatchObject({
    code: 'port-taken',
  });
});

test('where Compose stumbles over a container that the engine only lists, the error says so, and what to do', async () => {
  const ghosts = async () => (await observe()).slice(0, 1);
  const act = failWith('Error response from daemon: No such container: 347dadb6e40a8c6a');
  await expect(namingGhosts(ghosts, act)).rejects.toMatchObject({
    code: 'engine-refused',
    message:
      'the engine lists a container 347dadb6e40a of idle, which it has removed, and nothing can take its place: No such container: 347dadb6e40a8c6a',
    hint: expect.stringContaining('restart of the engine') as unknown,
  });
});

test('without such a container, and where the engine does not tell, the error passes as it is', async () => {
  const error = engineFailure('No such container: 347dadb6e40a8c6a');
  const act = () => Promise.reject(error);
  await expect(namingGhosts(async () => [], act)).rejects.toBe(error);
  await expect(namingGhosts(() => Promise.reject(new Error('away')), act)).rejects.toBe(error);
  const taken = new HarborError('no', { code: 'port-taken' });
  await expect(namingGhosts(observe, () => Promise.reject(taken))).rejects.toBe(taken);
});
