import { expect, test } from 'vitest';
import {
  buildArgv,
  createArgv,
  hashesArgv,
  renderArgv,
  replaceArgv,
} from '../../../../src/edges/engines/compose/argv.ts';
import { fenced } from '../../../../src/edges/engines/compose/fence.ts';
import { sketchRelease } from '../../../contracts/engine-release.ts';

const stored = {
  file: '/state/releases/d1/compose.json',
  release: sketchRelease({ project: 'shop', instance: 'i', services: {} }),
};
const request = {
  project: 'shop',
  directory: '/scratch/shop',
  files: ['/scratch/shop/compose.yaml', '/scratch/shop/prod.yaml'],
  envFile: undefined,
  profiles: [],
  environment: { SECRET: 'hunter2' },
};

test('a rendering names project, folder, files and env file itself', () => {
  expect(renderArgv('compose', request).join(' ')).toBe(
    'compose --ansi never -p shop --project-directory /scratch/shop -f /scratch/shop/compose.yaml -f /scratch/shop/prod.yaml --env-file /dev/null config --format json',
  );
});

test('a rendering takes the env file and the profiles that it is given', () => {
  expect(
    renderArgv('compose', { ...request, files: ['/f'], envFile: '/scratch/shop/.env', profiles: ['a', 'b'] }).join(' '),
  ).toBe(
    'compose --ansi never -p shop --project-directory /scratch/shop -f /f --env-file /scratch/shop/.env --profile a --profile b config --format json',
  );
});

test('hashes are asked for a rendering on stdin, in the same folder and profiles', () => {
  expect(hashesArgv('compose', { ...request, envFile: '/scratch/shop/.env', profiles: ['a'] }).join(' ')).toBe(
    'compose --ansi never -p shop --project-directory /scratch/shop -f - --env-file /dev/null --profile a config --hash *',
  );
});

test('a creation names exactly the services that it may touch', () => {
  expect(createArgv('compose', stored, ['db', 'web']).join(' ')).toBe(
    'compose --ansi never -p shop --project-directory /state/releases/d1 -f /state/releases/d1/compose.json --env-file /dev/null up --detach --no-deps --no-build --pull never --no-recreate db web',
  );
});

test('a replacement does too', () => {
  expect(replaceArgv('compose', stored, ['web']).join(' ')).toBe(
    'compose --ansi never -p shop --project-directory /state/releases/d1 -f /state/releases/d1/compose.json --env-file /dev/null up --detach --no-deps --no-build --pull never --force-recreate web',
  );
});

test('a build names its one service', () => {
  expect(buildArgv('compose', { project: 'shop', service: 'web', file: '/run/b/compose.json' }).join(' ')).toBe(
    'compose --ansi never -p shop --project-directory / -f /run/b/compose.json --env-file /dev/null build web',
  );
});

test('no argument holds a secret', () => {
  expect(renderArgv('compose', request).join(' ')).not.toContain('hunter2');
});

test.each([
  [
    'namespace',
    '/usr/bin/unshare --net -- /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs -- /usr/bin/prlimit --data=600000000 --cpu=10 --core=0 -- compose config',
  ],
  [
    'unprivileged',
    '/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs -- /usr/bin/prlimit --data=600000000 --cpu=10 --core=0 -- compose config',
  ],
  ['limits', '/usr/bin/prlimit --data=600000000 --cpu=10 --core=0 -- compose config'],
] as const)('the fence of level %s', (isolation, argv) => {
  expect(fenced(isolation, ['compose', 'config']).join(' ')).toBe(argv);
});
