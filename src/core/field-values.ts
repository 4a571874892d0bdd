import type { Cause, FieldValues } from '../model/change.ts';
import { isRecord, mapValues } from './compose-paths.ts';
import { canonical } from './digest.ts';
import type { Redact } from './redact.ts';
import { visible } from './visible.ts';

/** One member that differs; `undefined`: it is not there. */
export interface ChangedMember {
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Keys of a service under which no secret belongs. What is under another (`environment`, `command`, `labels`, options of drivers …) may be one, and is
 * named only.
 */
const open: ReadonlySet<string> = new Set([
  ...['cap_add', 'cap_drop', 'cgroup_parent', 'container_name', 'cpu_count', 'cpu_percent', 'cpu_period', 'cpu_quota'],
  ...['cpu_shares', 'cpus', 'cpuset', 'depends_on', 'deploy', 'devices', 'dns', 'dns_opt', 'dns_search', 'domainname'],
  ...['expose', 'extra_hosts', 'group_add', 'healthcheck', 'hostname', 'init', 'ipc', 'isolation', 'mac_address'],
  ...[
    'mem_limit',
    'mem_reservation',
    'mem_swappiness',
    'memswap_limit',
    'network_mode',
    'networks',
    'oom_kill_disable',
  ],
  ...[
    'oom_score_adj',
    'pid',
    'pids_limit',
    'platform',
    'ports',
    'privileged',
    'read_only',
    'restart',
    'runtime',
    'scale',
  ],
  ...[
    'security_opt',
    'shm_size',
    'stdin_open',
    'stop_grace_period',
    'stop_signal',
    'sysctls',
    'tmpfs',
    'tty',
    'ulimits',
  ],
  ...['user', 'userns_mode', 'uts', 'volumes', 'volumes_from', 'working_dir'],
]);

const closed: ReadonlySet<string> = new Set(['labels', 'test', 'options', 'driver_opts']);

/** Characters of one value. */
const longest = 200;

/** Values from and to, of those members that can hold no secret and are short enough to read. */
export function fieldValues(members: readonly ChangedMember[]): readonly FieldValues[] {
  return members.flatMap(({ path, from, to }) => {
    const [first = ''] = path;
    if (!open.has(first) || path.some((key) => closed.has(key))) return [];
    const [before, after] = [textOf(first, from), textOf(first, to)];
    if (typeof before === 'symbol' || typeof after === 'symbol' || before === after) return [];
    return [
      {
        field: visible(path.join('.')),
        ...(before !== undefined && { from: before }),
        ...(after !== undefined && { to: after }),
      },
    ];
  });
}

/** Too much to read, or not one value. */
const unsaid = Symbol('unsaid');

function textOf(key: string, value: unknown): string | undefined | typeof unsaid {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) return unsaid;
  const text = Array.isArray(value) ? value.map((item) => itemText(key, item)).join(', ') : String(value);
  return text.length > longest ? unsaid : visible(text);
}

/** As a person would write it in a compose file. */
function itemText(key: string, item: unknown): string {
  if (!isRecord(item)) return String(item);
  const said = (name: string): string => (item[name] === undefined ? '' : String(item[name]));
  if (key === 'ports') {
    const host = [said('host_ip'), said('published')].filter((part) => part !== '').join(':');
    return `${host === '' ? '' : `${host}:`}${said('target')}/${said('protocol') || 'tcp'}`;
  }
  if (key === 'volumes')
    return `${[said('source'), said('target')].filter((part) => part !== '').join(':')}${item['read_only'] === true ? ':ro' : ''}`;
  return canonical(item);
}

/** Known secrets can be anywhere. */
export const maskedCause = (cause: Cause, redact: Redact): Cause =>
  cause.kind === 'configuration' && cause.values
    ? { ...cause, values: cause.values.map((one) => ({ ...one, ...mapValues(sides(one), redact) })) }
    : cause;

const sides = ({ from, to }: FieldValues): Readonly<Record<string, string>> => ({
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});
