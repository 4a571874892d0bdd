import { isRecord } from '../core/compose-paths.ts';
import { type Asks, byService, namesService, texts } from './asks.ts';
import { gateOf } from './rule.ts';

/** Root on the host in all but name: only where the host's owner says so. */
export const privileged = gateOf({
  allowance: 'privileged',
  find: (input) => byService(input, reasons),
  fits: namesService,
});

const hooks = ['post_start', 'pre_stop'] as const;

function reasons({ service, build }: Asks): readonly string[] {
  return [
    ...(isOn(service.privileged) ? ['runs privileged: it can do anything to this host'] : []),
    ...hooks
      .filter((hook) => list(service[hook]).some((act) => isRecord(act) && isOn(act['privileged'])))
      .map((hook) => `runs a privileged command (\`${hook}\`): it can do anything to this host`),
    ...(isOn(build['privileged']) || texts(build['entitlements']).includes('security.insecure')
      ? ['is built privileged: its Dockerfile can do anything to this host']
      : []),
  ];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A rendering has flags; whoever writes text means it. */
const isOn = (value: unknown): boolean => value !== undefined && value !== null && value !== false && value !== 'false';
