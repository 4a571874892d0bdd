import { expect, test } from 'vitest';
import { fill, titleOf, unknownPlaceholders } from '../../src/core/notification-text.ts';
import { notification } from '../edges/notifiers/notification.ts';

test('a template is filled in once: what comes from a commit is no template', () => {
  const told = notification({ summary: 'failed: {host}', app: undefined });
  expect(fill('{severity} {event} {summary} [{app}] {unknown}', told)).toBe(
    'critical failed failed: {host} [] {unknown}',
  );
  expect(titleOf(told)).toBe('host1: failed');
});

test('names that mean nothing are found', () => {
  expect(unknownPlaceholders('{app} {aqp} { } {summary}')).toEqual(['aqp']);
});
