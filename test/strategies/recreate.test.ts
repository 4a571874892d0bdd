import { describe, expect, test } from 'vitest';
import { formatSteps } from '../../src/core/format-plan.ts';
import type { Cause, Change } from '../../src/model/change.ts';
import type { ReleaseService } from '../../src/model/release.ts';
import { recreate } from '../../src/strategies/recreate.ts';
import type { StrategyInput } from '../../src/strategies/strategy.ts';
import { container, exited, hex, network, on, pin, release, service } from '../support/builders.ts';

const configuration: Cause = { kind: 'configuration', fields: ['environment.COLOR'] };
const create = (to: ReleaseService): Change => ({ kind: 'create', to, cause: { kind: 'new' } });
const replace = (to: ReleaseService, cause: Cause = configuration): Change => ({
  kind: 'replace',
  to,
  from: [container(to.name)],
  cause,
});
const start = (to: ReleaseService): Change => ({
  kind: 'start',
  to,
  from: [exited(to.name, 1)],
  cause: { kind: 'stopped', found: 'exited (1)' },
});
const remove = (name: string): Change => ({
  kind: 'remove',
  service: name,
  from: [container(name)],
  cause: { kind: 'not-declared' },
});
const replaceNetwork = (key: string): Change => ({
  kind: 'replace-network',
  network: network(key),
  cause: { kind: 'configuration', fields: [`networks.${key}`] },
});

const planOf = (services: readonly ReleaseService[], changes: readonly Change[], more: Partial<StrategyInput> = {}) =>
  recreate.plan({ release: release({ services }), changes, absentImages: new Set(), files: [], ...more });

const lines = (...given: Parameters<typeof planOf>) => `\n${formatSteps(planOf(...given)).join('\n')}\n`;

const db = service('db');
const api = service('api', { dependsOn: [on('db', 'healthy')] });
const web = service('web', { dependsOn: [on('api')] });

describe('order', () => {
  test('services come in the order of their dependencies, whatever order the changes have', () => {
    expect(lines([web, api, db], [create(web), create(api), create(db)])).toBe(`
  create   db             new
  wait     db             until healthy
  create   api            new
  create   web            new
  wait     web, api, db   until healthy
`);
  });

  test('services that need nothing of each other come together', () => {
    const services = [service('a'), service('b'), service('c', { dependsOn: [on('a')] })];
    expect(planOf(services, services.map(create)).steps).toMatchObject([
      { kind: 'create', services: [{ service: 'a' }, { service: 'b' }] },
      { kind: 'create', services: [{ service: 'c' }] },
      { kind: 'await', services: ['a', 'b', 'c'] },
    ]);
  });

  test('who shares a namespace comes after whom it shares with', () => {
    const side = service('side', { sharesWith: ['web'] });
    expect(lines([side, service('web')], [replace(side), replace(service('web'))])).toBe(`
  replace  web            changed: environment.COLOR
  replace  side           changed: environment.COLOR
  wait     side, web      until healthy
`);
  });

  test('each wave says what is created, what is replaced and what is started', () => {
    const services = [service('a'), service('b'), service('c')];
    const [a = db, b = db, c = db] = services;
    expect(lines(services, [start(a), replace(b), create(c)])).toBe(`
  create   c              new
  replace  b              changed: environment.COLOR
  start    a              found exited (1)
  wait     a, b, c        until healthy
`);
  });

  test('a circle is refused, whichever services change', () => {
    const circle = [service('a', { dependsOn: [on('b')] }), service('b', { dependsOn: [on('a')] }), service('c')];
    expect(() => planOf(circle, [create(service('c'))])).toThrow(expect.objectContaining({ code: 'dependency-cycle' }));
  });
});

describe('waiting', () => {
  test('is only for what a later service of the plan asks for', () => {
    expect(lines([db, api], [replace(db)])).toBe(`
  replace  db             changed: environment.COLOR
  wait     db             until healthy
`);
    expect(lines([db, api], [replace(api)])).toBe(`
  replace  api            changed: environment.COLOR
  wait     api            until healthy
`);
  });

  test('may be for an end and for health', () => {
    const migrate = service('migrate', { oneShot: true, dependsOn: [on('db', 'healthy')] });
    const app = service('app', { dependsOn: [on('migrate', 'completed'), on('db', 'started')] });
    expect(lines([app, db, migrate], [create(app), create(db), create(migrate)])).toBe(`
  create   db             new
  wait     db             until healthy
  create   migrate        new
  wait     migrate        until done
  create   app            new
  wait     app, db, migrate until healthy
`);
  });

  test('ends with all that was touched, also what was only started', () => {
    expect(lines([db, service('x')], [start(db)])).toBe(`
  start    db             found exited (1)
  wait     db             until healthy
`);
  });
});

describe('what goes', () => {
  test('goes last, after everything is healthy', () => {
    expect(lines([db, api], [remove('old'), replace(api), create(db), remove('older')])).toBe(`
  create   db             new
  wait     db             until healthy
  replace  api            changed: environment.COLOR
  wait     db, api        until healthy
  remove   old            no longer declared
  remove   older          no longer declared
`);
  });

  test('goes alone where nothing else changes', () => {
    const gone: Change = { kind: 'remove-network', network: network('old'), cause: { kind: 'not-declared' } };
    expect(lines([db], [gone, remove('old')])).toBe(`
  remove   old            no longer declared
  remove   network shop_old no longer declared
`);
  });

  test('is named by the ids that were seen', () => {
    expect(planOf([db], [remove('old')]).steps).toMatchObject([
      { kind: 'remove', containers: [{ id: 'old-id', name: 'shop-old-1' }] },
    ]);
  });
});

describe('a network that is replaced', () => {
  const attached = service('web', { networks: ['back'] });
  const anew: Cause = { kind: 'network', network: 'shop_back' };

  test('goes once everybody who is attached has stopped, and comes back with them', () => {
    expect(lines([attached, db], [replaceNetwork('back'), replace(attached, anew)])).toBe(`
  stop     web            its network shop_back is made anew
  remove   network shop_back changed: networks.back
  replace  web            its network shop_back is made anew
  wait     web            until healthy
`);
  });

  test('stops those too who are replaced for another reason, or who were attached before', () => {
    const changes = [replaceNetwork('back'), replace(attached), replace(db), remove('old'), start(service('x'))];
    expect(lines([attached, db, service('x')], changes)).toBe(`
  stop     web            changed: environment.COLOR
  stop     db             changed: environment.COLOR
  stop     old            no longer declared
  remove   network shop_back changed: networks.back
  replace  web            changed: environment.COLOR
  replace  db             changed: environment.COLOR
  start    x              found exited (1)
  wait     web, db, x     until healthy
  remove   old            no longer declared
`);
  });

  test('is one of several: everybody stops once', () => {
    const steps = planOf([attached], [replaceNetwork('back'), replaceNetwork('front'), replace(attached, anew)]).steps;
    expect(steps.map(({ kind }) => kind)).toEqual(['stop', 'remove-network', 'remove-network', 'replace', 'await']);
  });

  test('with nobody attached just goes: the next one who needs it makes it', () => {
    expect(lines([db], [replaceNetwork('back')])).toBe(`
  remove   network shop_back changed: networks.back
`);
  });
});

describe('before anything is touched', () => {
  const absent = (...images: readonly string[]) => ({ absentImages: new Set(images) });

  test('images that the engine lacks are pulled, each once', () => {
    const image = pin('app:2');
    const services = [service('a', { image }), service('b', { image }), service('c', { image: pin('c:1') }), db];
    const changes = services.slice(0, 3).map(create);
    expect(lines(services, changes, absent(image.pinned, db.image.pinned))).toBe(`
  pull     app:2 (10000000) for a, b
  create   a              new
  create   b              new
  create   c              new
  wait     a, b, c        until healthy
`);
  });

  test('images of the repository are built, not pulled', () => {
    const tag = 'harbormaster.local/shop/web:0123';
    const built = service('web', { image: pin(tag, { pinned: tag, from: 'build' }) });
    const builds = [
      { service: 'web', tag, section: {}, paths: ['web'] },
      { service: 'db', tag: 'harbormaster.local/shop/db:4567', section: {}, paths: ['db'] },
    ];
    const input = { release: release({ services: [built, db], builds }) };
    expect(lines([], [replace(built)], { ...input, ...absent(tag, 'harbormaster.local/shop/db:4567') })).toBe(`
  build    web            as harbormaster.local/shop/web:0123
  replace  web            changed: environment.COLOR
  wait     web            until healthy
`);
    expect(lines([], [replace(built)], input)).not.toContain('build');
  });

  test('files come after images, so that a failed pull leaves them as they are', () => {
    expect(
      lines([db], [replace(db), replaceNetwork('back')], { files: ['db.conf'], ...absent(db.image.pinned) }),
    ).toBe(`
  pull     db:1 (10000000) for db
  files    db.conf
  stop     db             changed: environment.COLOR
  remove   network shop_back changed: networks.back
  replace  db             changed: environment.COLOR
  wait     db             until healthy
`);
  });
});

test('nothing to change is nothing to do, whatever is absent', () => {
  const plan = planOf([db], [], { absentImages: new Set([db.image.pinned]), files: ['db.conf'] });
  expect(plan).toEqual({ app: 'shop', project: 'shop', release: hex('a'), steps: [] });
});

test('one service of three is replaced alone', () => {
  expect(lines([db, service('a'), service('b')], [replace(service('a'))])).toBe(`
  replace  a              changed: environment.COLOR
  wait     a              until healthy
`);
});
