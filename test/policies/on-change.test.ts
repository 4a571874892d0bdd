import { expect, test } from 'vitest';
import type { OnChangeRules } from '../../src/model/on-change.ts';
import { onChange } from '../../src/policies/on-change.ts';
import { app, blob, folders, model, sealed } from '../support/builders.ts';
import { lines, ownPaths } from './support.ts';

const mounted = (path: string) => ({ type: 'bind', source: `${folders.scratch}/${path}`, target: `/etc/${path}` });

const release = sealed(
  model(
    {
      web: {
        image: 'web:1',
        volumes: [mounted('web.conf'), mounted('pages')],
        configs: [{ source: 'inline' }],
      },
      job: { image: 'job:1', labels: { 'harbormaster.one-shot': 'true' } },
    },
    { configs: { inline: { content: 'a' } } },
  ),
  {
    objects: new Map([
      ['web.conf', blob('w')],
      ['pages', { id: 'p', type: 'tree' }],
    ]),
  },
);

const judged = (rules: OnChangeRules) =>
  lines(
    onChange.judge({
      app: app({ onChange: rules }),
      plan: { app: 'shop', project: 'shop', release: undefined, steps: [] },
      release,
      model: { name: 'shop', services: {} },
      ownPaths,
      real: (path) => path,
      at: new Date(0),
    }),
  );

const restart = { kind: 'restart' } as const;

test('rules that fit are worth no word', () => {
  expect(judged({})).toEqual([]);
  expect(
    judged({ web: { 'web.conf': restart, pages: { kind: 'ignore' }, '*': { kind: 'signal', signal: 'HUP' } } }),
  ).toEqual([]);
  expect(judged({ web: { 'config inline': { kind: 'recreate' } } })).toEqual([]);
});

test('rules that come to nothing are told', () => {
  expect(judged({ wep: { '*': restart }, job: { '*': restart } })).toEqual([
    'warn wep: has rules in `on_change`, but the compose files have no such service',
    'warn job: runs to its end: whatever changes, it runs again in a new container',
  ]);
  expect(judged({ web: { 'wep.conf': restart, 'pages/a.html': restart, other: restart } })).toEqual([
    'warn web: has a rule for wep.conf, which it does not mount from the repository; is web.conf meant?',
    'warn web: has a rule for pages/a.html, but mounts the whole folder pages: give the rule to that',
    'warn web: has a rule for other, which it does not mount from the repository',
  ]);
});

test('a rule that cannot be kept is denied, with the line that takes it back', () => {
  expect(judged({ web: { 'config inline': restart } })).toEqual([
    'deny web: gets config inline only when its container is made: nothing less brings it a new one → apps.shop.on_change.web: {"config inline": recreate}',
  ]);
});
