import { describe, expect, test } from 'vitest';
import { formatSteps, imageText, sentence, stepLines, stepTitle, verdictLines } from '../../src/core/format-plan.ts';
import type { Cause } from '../../src/model/change.ts';
import type { Mend } from '../../src/model/mend.ts';
import type { Refresh } from '../../src/model/on-change.ts';
import type { Step } from '../../src/model/plan.ts';
import { hex } from '../support/builders.ts';

const image = `ghcr.io/acme/web:2@sha256:${hex('abcdef01')}`;
const cause: Cause = { kind: 'new' };
const one = [{ service: 'web', cause }];
const containers = [{ id: 'web-id', name: 'shop-web-1' }];

const every: readonly Step[] = [
  { kind: 'pull', services: ['web', 'worker'], image },
  { kind: 'build', service: 'api', tag: 'harbormaster.local/shop/api:0123' },
  { kind: 'files', paths: ['nginx.conf', 'certs'] },
  { kind: 'stop', services: one, containers },
  {
    kind: 'remove-network',
    network: { id: 'n', name: 'shop_back' },
    cause: { kind: 'configuration', fields: ['networks.back'] },
  },
  { kind: 'create', services: one },
  { kind: 'await', services: ['web'], condition: 'started' },
  { kind: 'replace', services: [...one, { service: 'api', cause: { kind: 'missing' } }], containers },
  { kind: 'await', services: ['web', 'api'], condition: 'healthy' },
  { kind: 'start', services: one, containers },
  { kind: 'await', services: ['migrate'], condition: 'completed' },
  {
    kind: 'remove',
    services: [{ service: 'a-service-with-a-long-name', cause: { kind: 'not-declared' } }],
    containers,
  },
];

test('every step prints itself: what, why, one line a touched thing', () => {
  const lines = formatSteps({ app: 'shop', project: 'shop', release: hex('a'), steps: every });
  expect(`\n${lines.join('\n')}\n`).toBe(`
  pull     ghcr.io/acme/web:2 (abcdef01) for web, worker
  build    api            as harbormaster.local/shop/api:0123
  files    nginx.conf, certs
  stop     web            new
  remove   network shop_back changed: networks.back
  create   web            new
  wait     web            until started
  replace  web            new
  replace  api            its container is gone
  wait     web, api       until healthy
  start    web            new
  wait     migrate        until done
  remove   a-service-with-a-long-name no longer declared
`);
});

test('every step has a short name', () => {
  expect(every.map(stepTitle)).toEqual([
    'pull ghcr.io/acme/web:2 (abcdef01)',
    'build api',
    'files nginx.conf, certs',
    'stop web',
    'remove network shop_back',
    'create web',
    'wait for web until started',
    'replace web, api',
    'wait for web, api until healthy',
    'start web',
    'wait for migrate until done',
    'remove a-service-with-a-long-name',
  ]);
});

describe('every repair is one line', () => {
  const web = { id: 'web-id', name: 'shop-web-1' };
  const second = { id: 'web-id-2', name: 'shop-web-2' };
  const mend = (cause: Cause, ...mends: readonly Mend[]): Step => ({
    kind: 'mend',
    services: [{ service: 'web', cause }],
    mends,
  });
  const altered: Cause = {
    kind: 'altered',
    fields: ['limits.memory (64 MB, was 128 MB)', 'limits.memory_swap (1 GB, was none)'],
  };

  test.each<[string, Step, readonly string[]]>([
    ['paused', mend({ kind: 'paused' }, { kind: 'unpause', container: web }), ['  mend     web            unpause']],
    [
      'renamed',
      mend(
        { kind: 'renamed', from: 'mine', to: 'shop-web-1' },
        { kind: 'rename', container: { ...web, name: 'mine' }, to: 'shop-web-1' },
      ),
      ['  mend     web            rename mine to shop-web-1'],
    ],
    [
      'off its network, and on another',
      mend(
        { kind: 'altered', fields: ['networks.default'] },
        { kind: 'connect', container: web, network: 'shop_default', attachment: '{}' },
        { kind: 'disconnect', container: web, network: 'spy' },
      ),
      ['  mend     web            reconnect network shop_default', '  mend     web            disconnect network spy'],
    ],
    [
      'with other limits, told with their values',
      mend(altered, { kind: 'update', container: web, fields: { 'limits.memory': '134217728', restart: null } }),
      ['  mend     web            limits.memory (64 MB, was 128 MB), restart'],
    ],
    [
      'of several containers, told by their names',
      mend({ kind: 'paused' }, { kind: 'unpause', container: web }, { kind: 'unpause', container: second }),
      ['  mend     shop-web-1     unpause', '  mend     shop-web-2     unpause'],
    ],
  ])('%s', (_what, step, lines) => {
    expect(stepLines(step)).toEqual(lines);
    expect(stepTitle(step)).toBe('mend web');
  });
});

describe('every cause is a sentence', () => {
  test.each<[Cause, string]>([
    [{ kind: 'new' }, 'new'],
    [{ kind: 'image', from: 'web:1', to: image }, 'image web:1 → ghcr.io/acme/web:2 (abcdef01)'],
    [{ kind: 'configuration', fields: ['ports', 'environment.COLOR'] }, 'changed: ports, environment.COLOR'],
    [{ kind: 'content', paths: ['nginx.conf'] }, 'content changed: nginx.conf'],
    [{ kind: 'missing' }, 'its container is gone'],
    [{ kind: 'stopped', found: 'exited (1)' }, 'found exited (1)'],
    [{ kind: 'image-swapped' }, 'runs another image than was deployed'],
    [{ kind: 'paused' }, 'found paused'],
    [{ kind: 'renamed', from: 'mine', to: 'shop-web-1' }, 'container name mine → shop-web-1'],
    [
      { kind: 'altered', fields: ['limits.memory (64 MB, was 128 MB)', 'restart'] },
      'altered on this host: limits.memory (64 MB, was 128 MB), restart',
    ],
    [{ kind: 'other-release' }, 'runs what another release left'],
    [{ kind: 'scale', from: 1, to: 3 }, 'replicas 1 → 3'],
    [{ kind: 'follows', service: 'db', relation: 'depends_on.restart' }, 'follows db (depends_on.restart)'],
    [{ kind: 'network', network: 'shop_back' }, 'its network shop_back is made anew'],
    [{ kind: 'not-declared' }, 'no longer declared'],
    [{ kind: 'app-removed' }, 'the app left the configuration'],
  ])('%j', (given, expected) => {
    expect(sentence(given)).toBe(expected);
  });
});

describe('an image is shown with its tag and the start of its digest', () => {
  test.each([
    ['postgres:16', 'postgres:16'],
    [`postgres:16@sha256:${hex('4f06b3a6')}`, 'postgres:16 (4f06b3a6)'],
    [`postgres@sha256:${hex('4f06b3a6')}`, 'postgres (4f06b3a6)'],
    [`sha256:${hex('4f06b3a6')}`, 'sha256:4f06b3a6'],
    ['Not A Reference', 'Not A Reference'],
  ])('%s', (pinned, text) => {
    expect(imageText(pinned)).toBe(text);
  });
});

test('verdicts say who, why, and what lifts a denial', () => {
  expect(
    verdictLines([
      {
        gate: 'privileged',
        ruling: 'deny',
        service: 'web',
        reason: 'runs privileged',
        lift: 'apps.shop.allow.privileged: [web]',
      },
      { gate: 'mutable-tags', ruling: 'warn', service: 'db', reason: 'runs db: it names no tag', lift: 'unused' },
      { gate: 'guard', ruling: 'allow', service: undefined, reason: 'all is well', lift: undefined },
    ]),
  ).toEqual([
    '  ✗ privileged: web runs privileged',
    '      to allow it: apps.shop.allow.privileged: [web]',
    '  ! mutable-tags: db runs db: it names no tag',
    '  · guard: all is well',
  ]);
});

describe('what is brought to a container that stays', () => {
  const cause: Cause = { kind: 'content', paths: ['deploy/nginx.conf'] };
  const refresh = (by: Refresh): Step => ({
    kind: 'refresh',
    by,
    services: [{ service: 'web', cause }],
    containers: [],
  });

  test.each<[Refresh, string, string]>([
    [{ kind: 'restart' }, '  restart  web            content changed: deploy/nginx.conf', 'restart web'],
    [
      { kind: 'signal', signals: ['HUP', 'USR1'] },
      '  signal   web            SIGHUP, SIGUSR1, content changed: deploy/nginx.conf',
      'signal web (SIGHUP, SIGUSR1)',
    ],
    [{ kind: 'ignore' }, '  keep     web            content changed: deploy/nginx.conf', 'keep web'],
  ])('%j', (by, line, title) => {
    expect(stepLines(refresh(by))).toEqual([line]);
    expect(stepTitle(refresh(by))).toBe(title);
  });

  test('and why it is made anew all the same', () => {
    expect(sentence({ ...cause, whyNew: 'it has an earlier file' })).toBe(
      'content changed: deploy/nginx.conf (it has an earlier file)',
    );
  });
});
