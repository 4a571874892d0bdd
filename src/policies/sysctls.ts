import { isRecord } from '../core/compose-paths.ts';
import { byValue, matchesEntry, texts } from './asks.ts';
import { gateOf } from './rule.ts';

export const sysctls = gateOf({
  allowance: 'sysctls',
  find: (input) =>
    byValue(input, ({ service }) =>
      namesIn(service['sysctls']).map((name) => ({ reason: `sets the kernel parameter ${name}`, entry: name })),
    ),
  fits: matchesEntry,
});

/** `net/ipv4/ip_forward` is the same parameter. */
const namesIn = (value: unknown): readonly string[] =>
  (isRecord(value) ? Object.keys(value) : texts(value).map((text) => text.split('=')[0] ?? '')).map((name) =>
    name.trim().replaceAll('/', '.'),
  );
