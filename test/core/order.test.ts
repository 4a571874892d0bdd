import { describe, expect, test } from 'vitest';
import { waves } from '../../src/core/order.ts';
import { on, service } from '../support/builders.ts';

const names = (services: Parameters<typeof waves>[0]) => waves(services).map((wave) => wave.map(({ name }) => name));

describe('services come in waves', () => {
  test('each wave needs only what earlier ones hold, and keeps the order of the release', () => {
    expect(
      names([
        service('web', { dependsOn: [on('api')] }),
        service('cache'),
        service('api', { dependsOn: [on('db', 'healthy'), on('cache')] }),
        service('db'),
        service('worker', { dependsOn: [on('db')] }),
      ]),
    ).toEqual([['cache', 'db'], ['api', 'worker'], ['web']]);
  });

  test('who shares a namespace or volumes comes after whom it shares with', () => {
    expect(names([service('side', { sharesWith: ['main'] }), service('main')])).toEqual([['main'], ['side']]);
  });

  test('a dependency that is not in the release, such as one of another profile, holds nothing up', () => {
    expect(names([service('web', { dependsOn: [on('debug')] })])).toEqual([['web']]);
  });

  test('of no services there are none', () => {
    expect(waves([])).toEqual([]);
  });

  test('a long chain is one service a wave', () => {
    const chain = Array.from({ length: 200 }, (_, index) =>
      service(`s${index}`, { dependsOn: index === 0 ? [] : [on(`s${index - 1}`)] }),
    );
    expect(waves([...chain].reverse())).toHaveLength(200);
  });
});

describe('a circle', () => {
  test('is refused with its path', () => {
    const circle = [
      service('outside', { dependsOn: [on('a')] }),
      service('a', { dependsOn: [on('b')] }),
      service('b', { sharesWith: ['c'] }),
      service('c', { dependsOn: [on('a')] }),
    ];
    expect(() => waves(circle)).toThrow(
      expect.objectContaining({
        code: 'dependency-cycle',
        message: 'the services depend on each other in a circle: a → b → c → a',
        hint: expect.stringContaining('depends_on'),
      }),
    );
  });

  test('of one is one', () => {
    expect(() => waves([service('a', { dependsOn: [on('a')] })])).toThrow('in a circle: a → a');
  });
});
