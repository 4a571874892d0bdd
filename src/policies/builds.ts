import { byService, namesService } from './asks.ts';
import { gateOf } from './rule.ts';

/** A build runs whatever the Dockerfile says, with a network, and takes its images from wherever it says. */
export const builds = gateOf({
  allowance: 'builds',
  find: (input) =>
    byService(input, ({ name }) =>
      input.release.builds.some(({ service }) => service === name) ? ['is built on this host'] : [],
    ),
  fits: namesService,
});
