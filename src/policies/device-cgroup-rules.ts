import { byValue, matchesEntry, namesService, texts } from './asks.ts';
import { gateOf } from './rule.ts';

/** With such a rule a container makes a device for itself: the memory of the host among them. */
export const deviceCgroupRules = gateOf({
  allowance: 'device_cgroup_rules',
  find: (input) =>
    byValue(input, ({ service }) =>
      texts(service['device_cgroup_rules']).map((rule) => ({
        reason: `may make devices of this host for itself (\`device_cgroup_rules: ${tidy(rule)}\`)`,
        entry: tidy(rule),
      })),
    ),
  fits: matchesEntry,
  besides: { allowance: 'privileged', fits: namesService },
});

const tidy = (rule: string): string => rule.trim().replaceAll(/\s+/g, ' ');
