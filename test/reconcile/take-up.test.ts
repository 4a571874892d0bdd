import { expect, test, vi } from 'vitest';
import type { HostConfig } from '../../src/model/config.ts';
import { createTakeUp } from '../../src/reconcile/take-up.ts';
import { hostConfig } from '../cli/builders.ts';
import { silentLogger } from '../support/fakes.ts';

const trouble = {
  of: 'configuration',
  code: 'config-invalid',
  message: 'h.yml:1:1: apps: is missing',
  hint: 'Add it.',
} as const;

function rig(first: Partial<HostConfig> = {}) {
  let config = hostConfig({ fingerprint: 'one', ...first });
  const act = vi.fn();
  const [info, error] = [vi.fn(), vi.fn()];
  const takeUp = createTakeUp({ config: () => config, logger: { ...silentLogger, info, error }, act });
  const load = (overrides: Partial<HostConfig>, asked = false) => {
    config = hostConfig({ fingerprint: 'one', ...overrides });
    takeUp(asked);
  };
  return { act, info, error, load };
}

test('what says the same is neither told nor acted upon, unless a person asked', () => {
  const { act, info, load } = rig();
  load({});
  expect([act.mock.calls.length, info.mock.calls.length]).toEqual([0, 0]);
  load({}, true);
  expect(act).toHaveBeenCalledTimes(1);
  expect(info.mock.calls[0]?.[1]).toBe('the configuration was read anew');
});

test('another configuration is told and acted upon', () => {
  const { act, info, load } = rig();
  load({ fingerprint: 'two' });
  expect(act).toHaveBeenCalledTimes(1);
  expect(info.mock.calls).toEqual([[{ apps: 0, from: '/srv/harbormaster.yml' }, 'another configuration is in force']]);
});

test('a trouble is told once, at the start too, with what to do and without a stack; so is its end', () => {
  const { act, info, error, load } = rig({ troubles: [trouble] });
  expect(error.mock.calls).toEqual([
    [
      { error: { code: 'config-invalid', message: 'h.yml:1:1: apps: is missing', hint: 'Add it.' } },
      'the newest configuration cannot be used; the last good one stays in force',
    ],
  ]);
  load({ troubles: [trouble] });
  expect([error.mock.calls.length, act.mock.calls.length]).toEqual([1, 0]);
  load({ troubles: [trouble] }, true);
  expect(error).toHaveBeenCalledTimes(2);
  load({ troubles: [] });
  expect(info.mock.calls.at(-1)?.[1]).toBe('the newest configuration is in force');
  expect(act).toHaveBeenCalledTimes(2);
});
