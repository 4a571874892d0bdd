import { expect, test } from 'vitest';
import { fill, templateFault, titleOf } from '../../src/core/notification-text.ts';
import { notification } from '../edges/notifiers/notification.ts';

test('a template is filled in once: what comes from a commit is no template', () => {
  const told = notification({ summary: 'failed: {{host}}', app: undefined });
  expect(fill('{{severity}} {{ event }} {{summary}} [{{app}}] {unknown} at {{release}} of {{ref}}', told)).toBe(
    'error failed failed: {{host}} [] {unknown} at r1 of main',
  );
  expect(titleOf(told)).toBe('host1: failed');
  expect(titleOf(told, '{{host}}!')).toBe('host1!');
  expect(titleOf(notification({ event: 'recovered', app: 'shop', formerly: ['web'] }))).toBe(
    'shop (was told of as web) on host1: recovered',
  );
});

test.each([
  ['{{app}} { } {"json": {} } {{summary}}', undefined],
  ['{{aqp}}', 'names {{aqp}}, which is no field; did you mean {{app}}?'],
  ['{{zzzzzz}}', expect.stringContaining('which is no field; there are: host, app,')],
  ['{{app}} {{', 'has {{ without }}'],
  ['app}} failed', 'has app}} without {{ before it: a field is written {{app}}'],
  ['{"a":{"b":"{{app}}"}}', undefined],
  ['{"a":{"b":true}}', undefined],
  ['{app}', 'has {app}: a field is written {{app}}'],
])('the template %s is told what is wrong with it', (template, fault) => {
  expect(templateFault(template)).toEqual(fault);
});
