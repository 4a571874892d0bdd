import fc from 'fast-check';
import { expect, test } from 'vitest';
import { close } from '../../src/core/close.ts';
import { diff } from '../../src/core/diff.ts';
import { ownContainers } from '../../src/core/ownership.ts';
import type { Change } from '../../src/model/change.ts';
import type { AppHistory } from '../../src/model/history.ts';
import type { ContainerState, ObservedContainer } from '../../src/model/observed.ts';
import type { OnChange } from '../../src/model/on-change.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { DependencyCondition, Release, ReleaseService } from '../../src/model/release.ts';
import * as strategies from '../../src/strategies/index.ts';
import {
  app,
  container,
  deployed,
  folders,
  history,
  instance,
  network,
  release,
  releaseNetwork,
  service,
} from '../support/builders.ts';
import { bondsOf, type Host, lostBonds, ownOf, performAll } from '../support/engine-simulator.ts';
import { tries } from '../support/tries.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const keys = ['front', 'back'];
const states: readonly ContainerState[] = ['created', 'running', 'paused', 'restarting', 'exited', 'dead'];
const conditions: readonly DependencyCondition[] = ['started', 'healthy', 'completed'];

const definition = fc.record({
  isDeclared: fc.boolean(),
  oneShot: fc.boolean(),
  replicas: fc.constantFrom(0, 1, 1, 2),
  needs: fc.dictionary(
    fc.constantFrom(...names),
    fc.record({ condition: fc.constantFrom(...conditions), restart: fc.boolean() }),
    { maxKeys: 2 },
  ),
  shares: fc.option(fc.constantFrom(...names)),
  networks: fc.subarray(keys),
});

/** A release whose services need and share with only those before them in the alphabet, as they must. */
const releases = fc.tuple(...names.map(() => definition)).map((definitions): Release => {
  const services: ReleaseService[] = [];
  for (const [index, { isDeclared, oneShot, replicas, needs, shares, networks }] of definitions.entries()) {
    if (!isDeclared) continue;
    const name = names[index] ?? '';
    const leader = services.find((other) => other.name === shares && !other.oneShot && other.replicas > 0);
    const earlier = Object.entries(needs).filter(([other]) => services.some((known) => known.name === other));
    services.push(
      service(name, {
        oneShot,
        replicas: oneShot ? Math.min(replicas, 1) : replicas,
        dependsOn: earlier.map(([other, how]) => ({ service: other, ...how })),
        sharesWith: leader === undefined ? [] : [leader.name],
        networks: leader === undefined ? networks : [],
        content: { pages: 'new' },
      }),
    );
  }
  const pages = [{ type: 'bind', source: `${folders.live}/pages`, target: '/pages' }];
  const sealed = services.map(({ name, image }) => [name, { image: image.pinned, volumes: pages }]);
  return release({
    services: services.reverse(),
    networks: keys.map((key) => releaseNetwork(key)),
    mounts: [{ path: 'pages', object: { id: 'new', type: 'tree' } }],
    compose: JSON.stringify({ name: 'shop', services: Object.fromEntries(sealed) }),
  });
});

/** The release before, from which only the content of what is mounted differs. */
const older = (to: Release): Release => ({
  ...to,
  digest: `${to.digest} before`,
  services: to.services.map((of) => ({ ...of, digest: `${of.name}-0`, content: { pages: 'old' } })),
});

const found = fc.record({
  of: fc.constantFrom(...names, 'gone'),
  number: fc.integer({ min: 1, max: 3 }),
  state: fc.constantFrom(...states),
  exitCode: fc.constantFrom(0, 1),
  digest: fc.constantFrom('current', 'current', 'old', 'none'),
  isSwapped: fc.boolean(),
  isRenamed: fc.boolean(),
  /** Configured otherwise than when it was made: what the engine can take back, and what it cannot. */
  altered: fc.subarray(['limits.memory', 'networks.side', 'networks.home', 'restart', 'user']),
  /** For one of another release: which networks it joined. */
  joined: fc.subarray(keys),
});

const worlds = fc.record({
  release: releases,
  containers: fc.uniqueArray(found, { selector: ({ of, number }) => `${of}-${number}`, maxLength: 10 }),
  networks: fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys, 'gone'), isChanged: fc.boolean() }), {
    selector: ({ key }) => key,
  }),
  completed: fc.subarray(names),
  /** What becomes of services whose files changed. */
  onChange: fc
    .tuple(fc.subarray(names), fc.constantFrom<OnChange>({ kind: 'restart' }, { kind: 'signal', signal: 'HUP' }))
    .map(([whose, how]): Readonly<Record<string, OnChange>> => Object.fromEntries(whose.map((name) => [name, how]))),
  /** Everything runs as it was made. */
  isCalm: fc.boolean(),
  isDeployed: fc.boolean(),
});

type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

/** How every container was configured when it was made. */
const baseline = { user: 'web', restart: 'always', 'networks.home': '{}' };

/** What is there: anything, or what the release before left as it should be. */
const foundIn = ({ release: { services }, containers, isCalm, onChange }: World): World['containers'] =>
  isCalm
    ? services.flatMap(({ name, replicas }) =>
        Array.from({ length: replicas }, (_, index) => ({
          ...calm,
          of: name,
          number: index + 1,
          digest: Object.hasOwn(onChange, name) ? ('old' as const) : ('current' as const),
        })),
      )
    : containers;

const none: string[] = [];
const calm = {
  state: 'running',
  exitCode: 0,
  isSwapped: false,
  isRenamed: false,
  altered: none,
  joined: none,
} as const;

const stranger = container('a', { id: 'stranger', project: 'other', instance: undefined, app: undefined });

function hostOf(world: World): Host {
  const networks = world.networks.map(({ key, isChanged }) => network(key, isChanged ? { digest: `${key}-0` } : {}));
  const containers = foundIn(world).map((one): ObservedContainer => {
    const { of, number, state, exitCode, digest, isSwapped, isRenamed, altered } = one;
    const digests = { current: `${of}-1`, old: `${of}-0`, none: undefined };
    return container(of, {
      id: `${of}-${number}`,
      name: isRenamed ? `mine-${of}-${number}` : `shop-${of}-${number}`,
      configured: { ...baseline, ...Object.fromEntries(altered.map((field) => [field, 'altered'])) },
      state,
      exitCode: state === 'exited' ? exitCode : undefined,
      digest: digests[digest],
      imageId: isSwapped ? 'sha256:swapped' : `sha256:${of}`,
    });
  });
  const host: Host = { containers: [...containers, stranger], networks, bonds: {}, touched: [], made: 1 };
  const bonds = foundIn(world).map(({ of, number, digest, joined }): [string, readonly string[]] => {
    const declared = world.release.services.find(({ name }) => name === of);
    // Where only content changes, the release before has the same networks.
    const isCurrent = digest === 'current' || (digest === 'old' && Object.hasOwn(world.onChange, of));
    return [`${of}-${number}`, declared && isCurrent ? bondsNow(declared, world.release, host) : idsOf(joined, host)];
  });
  return { ...host, bonds: Object.fromEntries(bonds) };
}

const idsOf = (joined: readonly string[], { networks }: Host) =>
  networks.filter(({ key }) => key !== undefined && joined.includes(key)).map(({ id }) => id);

/** What a container of this release holds on to; whom it shares with may have gone since. */
function bondsNow(of: ReleaseService, from: Release, host: Host): readonly string[] {
  try {
    return bondsOf(of, from, host);
  } catch {
    return [...bondsOf({ ...of, sharesWith: [] }, from, host), 'a container that is no more'];
  }
}

function changesOf({ release: to, onChange: how }: World, past: AppHistory, host: Host): readonly Change[] {
  const containers = ownContainers(host, app(), instance);
  const rules = Object.fromEntries(Object.entries(how).map(([name, rule]) => [name, { '*': rule }]));
  const onChange = { rules, live: folders.live, releases: [to, older(to)] };
  const found = diff({ release: to, deployed: undefined, history: past, containers, onChange });
  return close(found, { release: to, containers, networks: host.networks, instance, history: past });
}

/** It was deployed, and how its containers were configured then was written down. */
function wellKnown(to: Release, images: Readonly<Record<string, string>>, completed: readonly string[]): AppHistory {
  const past = deployed(to, images, { completed });
  const configured = Object.fromEntries(names.map((name) => [name, { digest: `${name}-1`, fields: baseline }]));
  return { ...past, deployed: past.deployed && { ...past.deployed, configured } };
}

const idsIn = (changes: readonly Change[]): readonly string[] =>
  changes.flatMap((change) => ('from' in change ? change.from.map(({ id }) => id) : []));

const touching = new Set<Step['kind']>([
  ...(['stop', 'remove-network', 'create', 'replace', 'refresh', 'mend', 'start', 'remove'] as const),
]);

const servicesOf = (step: Step): readonly string[] =>
  'services' in step ? step.services.map((each) => (typeof each === 'string' ? each : each.service)) : [];

function expectSound({ steps }: Plan, changes: readonly Change[], to: Release): void {
  const kinds = steps.map(({ kind }) => kind);
  const named = new Set(
    changes.map((change) => ('to' in change ? change.to.name : 'service' in change ? change.service : '')),
  );
  for (const step of steps) {
    if ('services' in step) expect(step.services).not.toEqual([]);
    for (const name of servicesOf(step)) expect(named).toContain(name);
    if (step.kind === 'mend') for (const { container: one } of step.mends) expect(idsIn(changes)).toContain(one.id);
    if ('containers' in step) for (const { id } of step.containers) expect(idsIn(changes)).toContain(id);
    if (step.kind === 'remove-network') expect(step.cause).toBeDefined();
    if ('services' in step && touching.has(step.kind)) {
      for (const each of step.services) expect(each).toHaveProperty('cause.kind');
    }
  }
  if (kinds.includes('remove')) expect(kinds.indexOf('remove')).toBeGreaterThan(kinds.lastIndexOf('await'));
  const firstTouch = kinds.findIndex((kind) => touching.has(kind));
  expect(firstTouch).toBeGreaterThanOrEqual(kinds.lastIndexOf('pull'));
  expectOrder(steps, to);
}

/** Who is needed or shared with comes before who needs or shares. */
function expectOrder(steps: readonly Step[], to: Release): void {
  const place = (name: string) =>
    steps.findIndex(
      (step) => ['create', 'replace', 'refresh', 'start'].includes(step.kind) && servicesOf(step).includes(name),
    );
  for (const { name, dependsOn, sharesWith } of to.services) {
    for (const other of [...dependsOn.map((dependency) => dependency.service), ...sharesWith]) {
      if (place(name) !== -1) expect(place(other)).toBeLessThan(place(name));
    }
  }
}

for (const strategy of Object.values(strategies)) {
  test(`the law, kept by ${strategy.type}: a plan that was performed leaves nothing to be done, and touches nothing else`, () => {
    let refreshes = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const { release: to, completed, isDeployed } = world;
        const jobs = completed.map((name) => `${name}-1`);
        const images = Object.fromEntries(names.map((name) => [name, `sha256:${name}`]));
        const past = isDeployed ? wellKnown(to, images, jobs) : history({ completed: jobs });
        const before = hostOf(world);

        const changes = changesOf(world, past, before);
        const absentImages = new Set(to.services.map(({ image }) => image.pinned));
        const plan = strategy.plan({ release: to, changes, absentImages, files: [] });
        const after = performAll(plan, to, before);

        expect(changesOf(world, past, after)).toEqual([]);
        expectSound(plan, changes, to);
        const allowed = new Set(idsIn(changes));
        for (const id of after.touched) expect(allowed.has(id) || id.startsWith('made-')).toBe(true);
        expect(after.containers).toContainEqual(stranger);
        for (const { name } of to.services) {
          for (const { id, state } of ownOf(after, name))
            if (state === 'running') expect(lostBonds(id, after)).toEqual([]);
        }
        if (changes.length === 0) expect(plan.steps).toEqual([]);
        refreshes += plan.steps.filter(({ kind }) => kind === 'refresh').length;
      }),
      { numRuns: tries(1000) },
    );
    expect(refreshes).toBeGreaterThan(tries(50));
  });
}
