import { expect, test } from 'vitest';
import { diff } from '../../src/core/diff.ts';
import { serviceStatuses } from '../../src/core/service-status.ts';
import { parseEnvFile } from '../../src/core/variables.ts';
import type { ComposeService } from '../../src/model/compose-model.ts';
import type { Release } from '../../src/model/release.ts';
import { recreate } from '../../src/strategies/recreate.ts';
import { container, model, sealed } from '../support/builders.ts';

/** A deep view of it that tells of every member that is read, and how long it is if it is text. */
function watched<T>(value: T, read: (cost: number) => void): T {
  if (typeof value !== 'object' || value === null || value instanceof Map || value instanceof Set) return value;
  return new Proxy(value, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      read(typeof member === 'string' ? member.length : 1);
      return typeof member === 'function' ? member : watched(member, read);
    },
  });
}

/** How much `act` reads, of what it is given to watch. */
function readBy(act: (watch: <T>(value: T) => T) => unknown): number {
  let total = 0;
  act((value) => watched(value, (cost) => (total += cost)));
  return total;
}

const shop = (count: number, more: (at: number) => ComposeService = () => ({})) =>
  model(
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`service-${at}`, { image: 'web:1', ...more(at) }])),
  );

const chain = (at: number): ComposeService =>
  at === 0 ? {} : { depends_on: { [`service-${at - 1}`]: { condition: 'service_healthy' } } };

const running = ({ services }: Release) => services.map(({ name, digest }) => container(name, { digest }));

const changed = (count: number) => ({
  release: sealed(shop(count, (at) => ({ ...chain(at), environment: { A: 'b' } }))),
  deployed: sealed(shop(count, chain)),
});

const nothing = { history: undefined };

test.each<readonly [string, (count: number) => number]>([
  ['sealing', (count) => readBy((watch) => sealed(watch(shop(count, chain))))],
  [
    'looking for changes where there are none',
    (count) => {
      const release = sealed(shop(count, chain));
      return readBy((watch) => diff(watch({ ...nothing, release, deployed: release, containers: running(release) })));
    },
  ],
  [
    'comparing what is changed everywhere',
    (count) => {
      const { release, deployed } = changed(count);
      return readBy((watch) => diff(watch({ ...nothing, release, deployed, containers: running(deployed) })));
    },
  ],
  [
    'explaining what was never there',
    (count) => readBy((watch) => diff(watch({ ...nothing, ...changed(count), containers: [] }))),
  ],
  [
    'seeing what is no longer declared',
    (count) => {
      const release = sealed(shop(1));
      const containers = running(sealed(shop(count)));
      return readBy((watch) => diff(watch({ ...nothing, release, deployed: release, containers })));
    },
  ],
  [
    'planning',
    (count) => {
      const { release, deployed } = changed(count);
      const changes = diff({ ...nothing, release, deployed, containers: running(deployed) });
      const absentImages = new Set(release.services.map(({ image }) => image.pinned));
      return readBy((watch) => recreate.plan(watch({ release, changes, absentImages, files: [] })));
    },
  ],
  [
    'telling how each is',
    (count) => {
      const release = sealed(shop(count));
      return readBy((watch) => serviceStatuses(watch(release), watch(running(release)), undefined));
    },
  ],
  [
    'reading an env file',
    (count) => {
      const lines = Array.from({ length: count }, (_, at) => `A${at}=$B${at}\n`).join('');
      const environment = Object.fromEntries(Array.from({ length: count }, (_, at) => [`B${at}`, 'b']));
      return readBy((watch) => parseEnvFile(lines, watch(environment)));
    },
  ],
])('%s takes twice as long for twice as much, not four times', (_, reads) => {
  const [once, twice] = [reads(100), reads(200)];
  expect(once).toBeGreaterThanOrEqual(100);
  expect(twice / once).toBeLessThan(2.5);
});
