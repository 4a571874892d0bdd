import { expect, test } from 'vitest';
import { engineApi } from '../../../../src/edges/engines/api/client.ts';
import { restartContainers } from '../../../../src/edges/engines/api/lifecycle.ts';
import { keepsPolicy, signalContainers } from '../../../../src/edges/engines/api/signal.ts';
import recorded from '../recorded/container.json' with { type: 'json' };
import { json, standInEngine } from '../stand-in-engine.ts';

const web = { id: 'web-id', name: 'shop-web-1' };

interface Told {
  readonly status?: string;
  readonly policy?: string;
  readonly stopSignal?: string;
  readonly pidMode?: string;
  /** Of the shell in the container; undefined: there is none. */
  readonly exitCode?: number;
}

const engineWith = ({ status = 'running', policy = 'no', stopSignal, pidMode = '', exitCode }: Told) =>
  standInEngine(({ method, url = '' }, response) => {
    if (url.endsWith('/containers/web-id/json')) {
      json(response, 200, {
        Id: 'web-id',
        // A process of this machine that is none of the container's.
        State: { Status: status, Pid: process.pid },
        Config: { StopSignal: stopSignal },
        HostConfig: { PidMode: pidMode, RestartPolicy: { Name: policy } },
      });
    } else if (method === 'POST' && url.endsWith('/exec'))
      exitCode === undefined ? json(response, 400, { message: 'no /bin/sh' }) : json(response, 201, { Id: 'run' });
    else if (url.endsWith('/exec/run/json')) json(response, 200, { ExitCode: exitCode });
    else response.writeHead(204).end();
  });

const acts = (calls: readonly string[]) =>
  calls.filter((call) => call.startsWith('POST')).map((call) => call.replace(/^POST \/v1.41/, ''));

test('the engine sends the signal where no restart policy is at stake', async () => {
  await using engine = await engineWith({});
  await signalContainers(engineApi(engine.dockerHost), [web], ['HUP', 'USR1']);
  expect(acts(engine.calls)).toEqual([
    '/containers/web-id/kill?signal=SIGHUP',
    '/containers/web-id/kill?signal=SIGUSR1',
  ]);
});

test.each([
  ['no', undefined, true],
  ['', undefined, true],
  ['always', undefined, false],
  ['always', 'SIGTERM', true],
  ['on-failure', 'QUIT', true],
  ['always', 'SIGHUP', false],
  ['always', '15', false],
  ['unless-stopped', 'SIGTERM', false],
])('restart: %s with the stop signal %s keeps its policy through the engine: %s', (Name, StopSignal, keeps) => {
  const container = { Config: { StopSignal }, HostConfig: { PidMode: '', RestartPolicy: { Name } } };
  expect(keepsPolicy(container, 'HUP')).toBe(keeps);
});

test('else the shell of the container sends it, and never the engine', async () => {
  await using engine = await engineWith({ policy: 'unless-stopped', exitCode: 0 });
  const bodies: string[] = [];
  engine.onBody = (text) => bodies.push(text);
  await signalContainers(engineApi(engine.dockerHost), [web], ['HUP']);
  expect(acts(engine.calls)).toEqual(['/containers/web-id/exec', '/exec/run/start']);
  expect(bodies[0]).toContain('"Cmd":["/bin/sh","-c","kill -s HUP 1"],"User":"0"');
});

test.each<[string, Told, string]>([
  ['there is no shell', { policy: 'always' }, 'no /bin/sh'],
  ['the shell cannot', { policy: 'always', exitCode: 127 }, 'exit code 127'],
  [
    'its first process is not its own',
    { policy: 'always', pidMode: 'host', exitCode: 0 },
    'no process space of its own',
  ],
])('where %s it is refused, with a way out', async (_, told, why) => {
  await using engine = await engineWith(told);
  await expect(signalContainers(engineApi(engine.dockerHost), [web], ['HUP'])).rejects.toMatchObject({
    code: 'engine-refused',
    message: expect.stringMatching(new RegExp(`SIGHUP cannot be sent to the container shop-web-1 .*${why}`)) as string,
    hint: expect.stringContaining('restart') as string,
  });
  expect(acts(engine.calls).join()).not.toContain('/kill');
});

test('a container that does not run any more is no process to be signalled', async () => {
  await using engine = await engineWith({ status: 'exited' });
  await expect(signalContainers(engineApi(engine.dockerHost), [web], ['HUP'])).rejects.toMatchObject({
    message: 'the container shop-web-1 does not run, and cannot be sent SIGHUP',
  });
});

test('a restart gives a container the time to stop that it asks for', async () => {
  await using engine = await standInEngine(({ method }, response) => {
    if (method === 'GET') json(response, 200, { ...recorded, Config: { ...recorded.Config, StopTimeout: 25 } });
    else response.writeHead(204).end();
  });
  await restartContainers(engineApi(engine.dockerHost), ['a', 'b']);
  expect(acts(engine.calls)).toEqual(['/containers/a/restart?t=25', '/containers/b/restart?t=25']);
});
