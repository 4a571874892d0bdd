import type { Gate } from '../model/verdict.ts';
import { type Asks, perService } from './per-service.ts';

/** Root on the host in all but name: only where the host's owner says so. */
export const privileged: Gate = {
  name: 'privileged',
  judge: (input) => perService(input, 'privileged', reasons),
};

/** Each of them alone is a way out of the container. */
const capabilities = ['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'DAC_READ_SEARCH'];

function reasons({ service, build }: Asks): readonly string[] {
  const added = texts(service['cap_add']).filter((name) =>
    capabilities.includes(name.toUpperCase().replace(/^CAP_/, '')),
  );
  const rules = texts(service['device_cgroup_rules']).filter((rule) => /^[ab]\b/.test(rule.trim()));
  return [
    ...(service.privileged === true ? ['runs privileged: it can do anything to this host'] : []),
    ...added.map((name) => `adds the capability ${name}: with it a container can become root of this host`),
    ...rules.map((rule) => `may make devices of this host for itself (\`device_cgroup_rules: ${rule}\`)`),
    ...(build['privileged'] === true || texts(build['entitlements']).includes('security.insecure')
      ? ['is built privileged: its Dockerfile can do anything to this host']
      : []),
  ];
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((member) => typeof member === 'string') : [];
