import { byValue, matchesEntry, namesService, texts } from './asks.ts';
import { gateOf } from './rule.ts';

/** Each of them alone is a way out of the container. */
const waysOut = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_RAWIO',
  'DAC_READ_SEARCH',
  'BPF',
  'SYS_BOOT',
  'SYS_TIME',
]);

export const capabilities = gateOf({
  allowance: 'capabilities',
  find: (input) =>
    byValue(input, ({ service }) =>
      texts(service['cap_add']).map((written) => {
        const name = plainName(written);
        const danger = waysOut.has(name) ? ': with it a container reaches past itself into this host' : '';
        return { reason: `adds the capability ${name}${danger}`, entry: name };
      }),
    ),
  fits: matchesEntry,
  besides: { allowance: 'privileged', fits: namesService },
});

/** The engine takes them in small letters and with `CAP_` before them, too. */
const plainName = (name: string): string => name.trim().toUpperCase().replace(/^CAP_/, '');
