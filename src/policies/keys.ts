import { keysUsed, presetKeys } from '../core/compose-keys.ts';
import type { GateInput } from '../model/verdict.ts';
import { asksOf, matchesEntry, texts } from './asks.ts';
import { gateOf } from './rule.ts';

/** What nobody has thought about is not let through: every key of what is applied must be known. */
export const keys = gateOf({
  allowance: 'keys',
  find: (input) => [
    ...unusual(keysUsed(withoutServices(input))).map((key) => finding(undefined, key)),
    ...asksOf(input).flatMap(({ name, service, build }) => {
      const used = keysUsed({ services: { it: service } });
      const built = Object.keys(build).length === 0 ? [] : [...keysUsed(build, 'build'), ...cacheKeys(build)];
      const kinds = (service.volumes ?? []).map(({ type }) => `services.volumes.${type}`);
      return unusual([...used, ...kinds, ...built]).map((key) => finding(name, key));
    }),
  ],
  fits: matchesEntry,
});

const everyday = new Set(presetKeys.strict);
const unusual = (used: readonly string[]): readonly string[] => [...new Set(used)].filter((key) => !everyday.has(key));

const withoutServices = ({ model: { services: _, ...rest } }: GateInput): unknown => rest;

const finding = (service: string | undefined, key: string) => ({
  service,
  reason: `${service === undefined ? 'the compose file ' : ''}uses \`${key}\`, which is not on the list of keys`,
  entry: key,
});

/** A cache may be a folder of the host, or a server that is handed credentials: only images of a registry are plain. */
const cacheKeys = (build: Readonly<Record<string, unknown>>): readonly string[] =>
  texts(build['cache_from']).flatMap((from) => {
    const type = /(?:^|,)\s*type=([^,]*)/.exec(from)?.[1] ?? 'registry';
    return type === 'registry' ? [] : [`services.build.cache_from.${type}`];
  });
