import { expect, test } from 'vitest';
import type { HostConfig } from '../../../src/model/config.ts';
import type { Window } from '../../../src/model/window.ts';
import type { Harbor } from '../../../src/reconcile/harbor.ts';
import { hostConfig, passed } from '../builders.ts';
import { ada, harbormaster } from '../rig.ts';

const hour = 3_600_000;
const window = (more: Partial<Window> = {}): Window => ({
  name: 'night',
  kind: 'allow',
  cron: '0 22 * * *',
  duration: 4 * hour,
  timeZone: 'Europe/Berlin',
  apps: [],
  blocks: ['deploy', 'image'],
  reason: 'nobody is on call',
  ...more,
});

const withWindows = (windows: readonly Window[], more: Partial<HostConfig> = {}) => ({
  wired: { loadConfig: async () => ({ ...hostConfig(), declared: ['shop', 'blog'], windows, ...more }) },
});

test('windows tells each window, whether it is on, and its times on both clocks', async () => {
  const { stdout, exitCode } = await harbormaster(['windows'], withWindows([window()]));
  expect(exitCode).toBe(0);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^night allows deploy, image for every app: (off now|on now, until .* UTC)$/);
  expect(lines[1]).toBe('  "0 22 * * *" for 4h, Europe/Berlin: nobody is on call');
  expect(lines[2]).toMatch(
    /^ {2}\w{3} \d{4}-\d\d-\d\d 22:00 – \w{3} \d{4}-\d\d-\d\d 02:00 Europe\/Berlin {3}\w{3} .* UTC$/,
  );
  const times = lines.filter((line) => line.includes('Europe/Berlin   '));
  expect([14, 15]).toContain(times.length);
});

test('windows tells only those that concern the named app', async () => {
  const all = [window(), window({ name: 'sale', kind: 'deny', apps: ['blog'] })];
  const { stdout } = await harbormaster(['windows', 'shop'], withWindows(all));
  expect(stdout).toContain('night allows');
  expect(stdout).not.toContain('sale');
  const { stderr, exitCode } = await harbormaster(['windows', 'shap'], withWindows(all));
  expect(exitCode).toBe(4);
  expect(stderr).toContain('there is no app shap on this host');
});

test('windows --json has instants, and what the clock there shows', async () => {
  const { stdout } = await harbormaster(['windows', '--json'], withWindows([window()]));
  const { windows } = JSON.parse(stdout) as { windows: { times: { from: string; local: { from: string } }[] }[] };
  const [first] = windows[0]?.times ?? [];
  expect(first?.local.from).toMatch(/T22:00$/);
  expect(first?.from).toMatch(/T2[01]:00:00\.000Z$/);
});

test('without windows it says so', async () => {
  const { stdout } = await harbormaster(['windows'], withWindows([]));
  expect(stdout).toMatch(/^No window is configured: everything may begin at any time\.\n/);
});

test.each(['apply', 'retry'] as const)(
  '%s --override-window goes to the named app with its reason, and not without',
  async (verb) => {
    const asked: unknown[] = [];
    const harbor: Partial<Harbor> = {
      [verb]: async (...given: unknown[]) => {
        asked.push(given.slice(0, 2));
        return [passed()];
      },
    };
    await harbormaster([verb, 'shop', '--override-window', '--reason', 'broken'], { harbor });
    expect(asked).toEqual([[['shop'], { ...ada, override: 'broken' }]]);
    for (const words of [
      [verb, 'shop', '--override-window'],
      [verb, '--override-window', '--reason', 'broken'],
      [verb, 'shop', '--reason', 'broken'],
    ]) {
      const { exitCode, stderr } = await harbormaster(words, { harbor });
      expect([exitCode, stderr]).toEqual([4, expect.stringContaining(`harbormaster ${verb}`)]);
    }
    expect(asked).toHaveLength(1);
  },
);
