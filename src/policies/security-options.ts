import { byValue, matchesEntry, texts } from './asks.ts';
import { gateOf } from './rule.ts';

/** What takes away the fences that the engine puts around every container: seccomp, AppArmor, SELinux, hidden parts of /proc. */
export const securityOptions = gateOf({
  allowance: 'security_options',
  find: (input) =>
    byValue(input, ({ service }) =>
      texts(service['security_opt']).map((written) => {
        const option = normal(written);
        // A profile of the repository's own may be as wide as none at all.
        const entry = isProfileFile(option) ? 'seccomp:*' : option;
        return { reason: `changes how it is fenced in (\`security_opt: ${option}\`)`, entry };
      }),
    ),
  fits: (entry, finding) => entry === finding.entry || matchesEntry(entry, finding),
});

const isProfileFile = (option: string): boolean =>
  option.startsWith('seccomp:') && !/^seccomp:(?:unconfined|builtin)$/.test(option);

/** `kind=value` is the same as `kind:value`, and a kind alone says yes. */
function normal(written: string): string {
  const option = written.trim().replace(/^([a-z-]+)=/i, '$1:');
  return option.includes(':') ? option : `${option}:true`;
}
