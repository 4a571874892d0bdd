import { expect, test } from 'vitest';
import { actEnvironment, renderEnvironment } from '../../../../src/edges/engines/compose/environment.ts';

const stolen = {
  COMPOSE_PROJECT_NAME: 'victim',
  COMPOSE_FILE: '/etc/passwd',
  COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'true',
  DOCKER_HOST: 'tcp://192.0.2.1:2375',
  DOCKER_CONFIG: '/root/.docker',
  DOCKER_CONTEXT: 'other',
  LD_PRELOAD: '/tmp/evil.so',
};

const context = { project: 'shop', dockerHost: 'unix:///engine.sock', dockerConfig: '/run/home', home: '/run/home' };

test('a rendering sees what the app declares, and nothing of ours', () => {
  const seen = renderEnvironment('shop', { TAG: '1', DOCKER_GID: '998', HOME: '/srv' });
  expect(seen).toMatchObject({ TAG: '1', DOCKER_GID: '998', HOME: '/srv', COMPOSE_PROJECT_NAME: 'shop' });
  const others = Object.keys(seen).filter((name) => !name.startsWith('COMPOSE_'));
  expect(others.toSorted()).toEqual(['DOCKER_CONFIG', 'DOCKER_GID', 'DOCKER_HOST', 'HOME', 'TAG']);
});

test('no app can steer Compose, choose the engine or load code', () => {
  const seen = renderEnvironment('shop', stolen);
  expect(seen).toMatchObject({
    COMPOSE_PROJECT_NAME: 'shop',
    COMPOSE_FILE: '',
    COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    DOCKER_CONFIG: '/nonexistent',
  });
  expect(seen).not.toHaveProperty('DOCKER_CONTEXT');
  expect(seen).not.toHaveProperty('LD_PRELOAD');
});

test("an act has the engine, a private home, standard programs and the release's values", () => {
  const seen = actEnvironment(context, { ...stolen, TOKEN: 'x', PATH: '/evil', HOME: '/evil' });
  expect(seen).toMatchObject({
    TOKEN: 'x',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/run/home',
    DOCKER_HOST: 'unix:///engine.sock',
    DOCKER_CONFIG: '/run/home',
    COMPOSE_PROJECT_NAME: 'shop',
    COMPOSE_IGNORE_ORPHANS: 'true',
    COMPOSE_REMOVE_ORPHANS: 'false',
  });
  expect(seen).not.toHaveProperty('DOCKER_CONTEXT');
  expect(seen).not.toHaveProperty('LD_PRELOAD');
});
