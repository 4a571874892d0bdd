import * as z from 'zod';
import { defineKind } from '../../kind.ts';
import type { Check } from '../../ports.ts';
import { serviceOption } from './service-option.ts';

const options = z
  .strictObject({
    service: serviceOption.meta({
      description:
        'The one-shot service. It is neither deployed nor missed with the others; `profiles: [hooks]` keeps `docker compose up` away from it, too.',
      examples: ['smoke-test'],
    }),
  })
  .meta({ description: 'Runs a one-shot service of the compose files, and passes if that ends with exit code 0.' });

export const service = defineKind({
  type: 'service',
  options,
  create: ({ service: job }): Check => ({
    title: `service ${job}`,
    runs: job,
    async attempt({ run, limit }) {
      const ended = await run(job);
      if (ended === undefined)
        return { passed: false, detail: `did not end within ${limit / 1000} s, and was stopped`, output: '' };
      const { exitCode, output } = ended;
      return { passed: exitCode === 0, detail: `ended with exit code ${exitCode}`, output };
    },
  }),
});
