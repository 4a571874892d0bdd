import { run } from '../../src/cli/run.ts';
import type { Check, Invocation, LogReader, VerifyReport, Wired } from '../../src/cli/wired.ts';
import { selectEntries } from '../../src/core/log-query.ts';
import type { HostConfig } from '../../src/model/config.ts';
import type { Entry } from '../../src/model/entry.ts';
import type { Harbor } from '../../src/reconcile/harbor.ts';

/** The moment at which every test happens. */
export const now = new Date('2026-01-31T14:15:00Z');

const user = { kind: 'user', name: 'ada', uid: 1000 } as const;

/** What the one who calls asks for. */
export const ada = { kind: 'request', by: 'ada', actor: user } as const;

export interface Rig {
  readonly preview?: Wired['preview'];
  readonly harbor?: Partial<Harbor>;
  readonly entries?: readonly Entry[];
  readonly coming?: readonly Entry[];
  readonly verify?: VerifyReport;
  readonly checks?: readonly Check[];
  readonly config?: HostConfig | Error;
  readonly wired?: Partial<Wired>;
  readonly environment?: Record<string, string>;
  readonly socketPath?: string;
  readonly terminal?: { readonly columns?: number; readonly answers?: readonly string[] };
  readonly signal?: AbortSignal;
  readonly cwd?: string;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly invocations: readonly Pick<Invocation, 'configFile' | 'stateDir' | 'from'>[];
  readonly asked: readonly string[];
}

/** One call of the command line, without a process: what came out where, and with which exit code. */
export async function harbormaster(command: string | readonly string[], rig: Rig = {}): Promise<Ran> {
  const ran = { stdout: '', stderr: '', invocations: [] as Ran['invocations'][number][], asked: [] as string[] };
  const { terminal } = rig;
  const answers = [...(terminal?.answers ?? [])];
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal !== undefined,
    columns: terminal?.columns ?? 80,
    write: (text: string) => {
      ran[name] += text;
    },
  });
  const exitCode = await run(typeof command === 'string' ? command.split(' ').filter(Boolean) : command, {
    environment: { HOME: '/home/ada', ...rig.environment },
    cwd: rig.cwd ?? '/srv',
    isRoot: false,
    exists: () => false,
    stdout: output('stdout'),
    stderr: output('stderr'),
    ask:
      terminal &&
      (async (question) => {
        ran.asked.push(question);
        return answers.shift() ?? '';
      }),
    version: '1.2.3',
    commit: 'abc1234',
    build: 'commit abc1234 of 2026-01-30T00:00:00.000Z; Node v20.20.2, linux x64',
    hostName: 'prod-1',
    user,
    signal: rig.signal ?? new AbortController().signal,
    now: () => now,
    wire: async ({ configFile, stateDir, from }) => {
      ran.invocations.push({ configFile, stateDir, from });
      return fakeWired(rig);
    },
  });
  return { ...ran, exitCode };
}

const unused = () => {
  throw new Error('this test does not expect it');
};

export function fakeHarbor(methods: Partial<Harbor> = {}): Harbor & AsyncDisposable {
  return {
    plan: unused,
    preview: unused,
    apply: unused,
    pass: unused,
    status: unused,
    orphans: unused,
    audit: unused,
    trace: unused,
    glance: unused,
    stir: unused,
    rollback: unused,
    hold: unused,
    release: unused,
    suspend: unused,
    resume: unused,
    acceptHistory: unused,
    retry: unused,
    adopt: unused,
    forget: unused,
    approve: unused,
    reject: unused,
    approveRemoval: unused,
    windows: unused,
    log: unused,
    history: unused,
    tokens: unused,
    createToken: unused,
    revokeToken: unused,
    recognise: unused,
    [Symbol.asyncDispose]: async () => undefined,
    ...methods,
  };
}

const bothWays = (read: Wired['loadConfig']): Pick<Wired, 'loadConfig' | 'checkConfig'> => ({
  loadConfig: read,
  checkConfig: read,
});

function fakeWired(rig: Rig): Wired {
  return {
    socketPath: rig.socketPath ?? '/nowhere/socket',
    ...bothWays(async () => {
      if (rig.config instanceof Error || rig.config === undefined)
        throw rig.config ?? new Error('no configuration in this test');
      return rig.config;
    }),
    reader: async () => fakeHarbor(rig.harbor),
    operator: async () => fakeHarbor(rig.harbor),
    daemon: unused,
    demo: unused,
    log: fakeLog(rig),
    doctor: async () => rig.checks ?? [],
    check: unused,
    tryNotifiers: unused,
    preview: rig.preview ?? unused,
    installation: unused,
    install: unused,
    backup: unused,
    restore: unused,
    schema: () => ({ title: 'harbormaster.yml' }),
    starter: ({ app, url, branch }) => `apps: {${app}: {url: ${url}, branch: ${branch}}}\n`,
    ...rig.wired,
  };
}

const fakeLog = ({ entries = [], coming = [], verify }: Rig): LogReader => ({
  async *read(query, request) {
    const fitting = selectEntries(entries, query);
    if (request.order === 'oldest') yield* fitting.filter(({ seq }) => seq > request.after);
    else yield* fitting.filter(({ seq }) => seq < (request.before ?? Number.POSITIVE_INFINITY)).toReversed();
  },
  async *follow(after) {
    yield* coming.filter(({ seq }) => seq > after);
  },
  verify: async () => verify ?? unused(),
  key: async () => undefined,
  acceptDamage: unused,
  changeKey: unused,
});
