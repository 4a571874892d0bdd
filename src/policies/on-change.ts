import { nearest } from '../core/nearest.ts';
import { mountedAs } from '../core/on-change.ts';
import type { OnChange } from '../model/on-change.ts';
import type { ReleaseService } from '../model/release.ts';
import type { Denial, Gate, GateInput, Notice } from '../model/verdict.ts';

type Said = Omit<Denial, 'gate' | 'service'> | Omit<Notice, 'gate' | 'service'>;

/** Rules of `on_change` that come to nothing, or that cannot be kept. What the rules do not reach is made anew, which is always right. */
export const onChange: Gate = {
  name: 'on-change',
  judge: (input) =>
    Object.entries(input.app.onChange).flatMap(([name, rules]) => {
      const service = input.release.services.find((one) => one.name === name);
      const said = service === undefined ? [unknown] : judged(service, rules, input);
      return said.map((one) => ({ ...one, gate: 'on-change', service: name }));
    }),
};

const warning = (reason: string): Said => ({ ruling: 'warn', reason, lift: undefined });
const unknown = warning('has rules in `on_change`, but the compose files have no such service');
const oneShot = warning('runs to its end: whatever changes, it runs again in a new container');

function judged(service: ReleaseService, rules: Readonly<Record<string, OnChange>>, input: GateInput): readonly Said[] {
  if (service.oneShot) return [oneShot];
  const named = Object.entries(rules).filter(([key, { kind }]) => key !== '*' && kind !== 'recreate');
  return named.flatMap(([key]) => why(key, service, input) ?? []);
}

function why(key: string, { name, content }: ReleaseService, { app, release, ownPaths }: GateInput): Said | undefined {
  if (!Object.hasOwn(content, key)) return notMounted(key, Object.keys(content));
  const [live = ''] = ownPaths;
  if (mountedAs(key, name, release, live) !== undefined) return undefined;
  return {
    ruling: 'deny',
    reason: `gets ${key} only when its container is made: nothing less brings it a new one`,
    lift: `apps.${app.name}.on_change.${name}: {${JSON.stringify(key)}: recreate}`,
  };
}

function notMounted(key: string, mounted: readonly string[]): Said {
  const folder = mounted.find((path) => key.startsWith(`${path}/`));
  if (folder !== undefined)
    return warning(`has a rule for ${key}, but mounts the whole folder ${folder}: give the rule to that`);
  const meant = nearest(key, mounted);
  const hint = meant === undefined ? '' : `; is ${meant} meant?`;
  return warning(`has a rule for ${key}, which it does not mount from the repository${hint}`);
}
