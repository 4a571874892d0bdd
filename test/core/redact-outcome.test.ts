import { expect, test } from 'vitest';
import { redactor } from '../../src/core/redact.ts';
import { redactOutcome, redactVerdict } from '../../src/core/redact-outcome.ts';
import type { Outcome } from '../../src/model/outcome.ts';

const redact = redactor(['hunter22']);

test('secrets are masked in what people read, and nothing else of an outcome changes', () => {
  const failed = { kind: 'failed', code: 'unhealthy', step: 'await web', hint: undefined } as const;
  expect(redactOutcome(redact, { ...failed, message: 'hunter22!' })).toEqual({ ...failed, message: '***!' });
  expect(redactOutcome(redact, { ...failed, message: '', hint: 'not hunter22' })).toMatchObject({ hint: 'not ***' });
  expect(
    redactOutcome(redact, {
      kind: 'blocked',
      reasons: [
        { code: 'denied', reason: 'hunter22 is mounted', lift: 'allow hunter22' },
        { code: 'held', reason: 'since hunter22', lift: 'a line' },
      ],
    }),
  ).toEqual({
    kind: 'blocked',
    reasons: [
      { code: 'denied', reason: '*** is mounted', lift: 'allow ***' },
      { code: 'held', reason: 'since ***', lift: 'a line' },
    ],
  });
});

test.each<Outcome>([
  { kind: 'unchanged' },
  { kind: 'applied' },
  { kind: 'interrupted', step: 'create hunter22' },
  { kind: 'superseded', step: 'create hunter22', by: 'hunter22' },
])('an outcome without a sentence stays as it is: %o', (outcome) => {
  expect(redactOutcome(redact, outcome)).toEqual(outcome);
});

test('what a gate quotes is masked, with the line that would allow it', () => {
  const said = { gate: 'host-binds', service: 'hunter22', reason: 'reaches /srv/hunter22', lift: '[/srv/hunter22]' };
  const masked = { ...said, reason: 'reaches /srv/***', lift: '[/srv/***]' };
  expect(redactVerdict(redact, { ...said, ruling: 'deny' })).toEqual({ ...masked, ruling: 'deny' });
  expect(redactVerdict(redact, { ...said, ruling: 'warn', lift: undefined })).toMatchObject({ reason: masked.reason });
});
