import { describe, expect, test } from 'vitest';
import { loadApp, problems } from './rig.ts';

const rules = async (lines: string, more = '') => (await loadApp(`${more}on_change:\n${lines}`)).onChange;

describe('what becomes of a service when its files change', () => {
  test('is said for the service, or for what it mounts, by the names of the compose file', async () => {
    expect(await rules('  worker: restart\n  nginx: signal SIGHUP')).toEqual({
      worker: { '*': { kind: 'restart' } },
      nginx: { '*': { kind: 'signal', signal: 'HUP' } },
    });
    const web = `
  web:
    ./nginx.conf: signal usr1
    pages/: ignore
    ../shared/a: recreate
    config site: restart
    "*": restart`;
    expect(await rules(web, 'path: deploy/web\n')).toEqual({
      web: {
        'deploy/web/nginx.conf': { kind: 'signal', signal: 'USR1' },
        'deploy/web/pages': { kind: 'ignore' },
        'deploy/shared/a': { kind: 'recreate' },
        'config site': { kind: 'restart' },
        '*': { kind: 'restart' },
      },
    });
    expect((await loadApp('')).onChange).toEqual({});
  });

  test.each([
    ['web: reload', 'web: must be recreate, restart, ignore, or a signal such as `signal HUP`, not "reload"'],
    ['web: signal KILL', 'web: must be recreate, restart, ignore, or a signal such as `signal HUP`, not "signal KILL"'],
    [
      'web: {./a: signal}',
      'web."./a": must be recreate, restart, ignore, or a signal such as `signal HUP`, not "signal"',
    ],
    [
      'web: {./a: {signal: HUP}}',
      'web."./a": must be recreate, restart, ignore, or a signal such as `signal HUP`, not a map',
    ],
    ['web:', 'web: is empty; it must be recreate'],
    ['web: {/etc/a: restart}', 'web."/etc/a": is nothing that a service mounts from the repository'],
    ['"a b": restart', '"a b": must be the name of a service'],
  ])('%s is none of it', async (line, message) => {
    const text = `apps:\n  web:\n    url: https://a.example/x.git\n    on_change:\n      ${line}`;
    const told = await problems(text);
    expect(told).toContain(message);
  });
});
