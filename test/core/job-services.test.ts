import { expect, test } from 'vitest';
import { profilesOf, withJobs } from '../../src/core/job-services.ts';
import { model } from '../support/builders.ts';

const app = { name: 'shop', profiles: ['metrics'] };

test('the profile of jobs is switched on where there are any', () => {
  expect(profilesOf(app, [])).toEqual(['metrics']);
  expect(profilesOf(app, ['migrate'])).toEqual(['metrics', 'hooks']);
  expect(profilesOf({ profiles: ['hooks'] }, ['migrate'])).toEqual(['hooks']);
});

test('what is there only because of it, and is no job, goes again, and nobody waits for it', () => {
  const rendered = model({
    web: { image: 'web', depends_on: { migrate: { condition: 'service_completed_successfully' } } },
    migrate: { image: 'migrate', profiles: ['hooks'], depends_on: { seed: {}, web: {} } },
    seed: { image: 'seed', profiles: ['hooks'] },
    graphs: { image: 'graphs', profiles: ['hooks', 'metrics'] },
  });
  const { services } = withJobs(rendered, app, ['migrate']);
  expect(Object.keys(services)).toEqual(['web', 'migrate', 'graphs']);
  expect(services['web']?.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
  expect(services['migrate']?.depends_on).toEqual({ web: {} });
  expect(withJobs(rendered, app, [])).toBe(rendered);
});

test('a job that nobody declares is an error with the name that was meant', () => {
  expect(() => withJobs(model({ migrate: { image: 'm' } }), app, ['migrat'])).toThrow(
    expect.objectContaining({
      code: 'compose-invalid',
      message: expect.stringContaining('(with the profiles metrics, hooks)'),
      hint: expect.stringContaining('Did you mean "migrate"?'),
    }),
  );
});

test.each([[{ network_mode: 'service:migrate' }], [{ pid: 'service:migrate' }], [{ volumes_from: ['migrate:ro'] }]])(
  'a service that needs the container of a job is refused: %j',
  (shared) => {
    const rendered = model({ web: { image: 'web', ...shared }, migrate: { image: 'm' } });
    expect(() => withJobs(rendered, app, ['migrate'])).toThrow(/service web shares with migrate/);
  },
);
