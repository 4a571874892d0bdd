import { type Attempt, type HistoryReport, historyReport } from '../../src/core/history-report.ts';
import type { AppStatus, Block, HostStatus } from '../../src/model/report.ts';
import type { World } from './world.ts';

/** What is told of one app of a world, by the program itself: `history`, `status` and the text of `why`. */
export interface Story {
  /** Every attempt, the oldest first: `deploy applied`, `restore failed`, `hold`; from the log, so that one can look often. */
  lines(): Promise<readonly string[]>;
  attempts(): Promise<readonly Attempt[]>;
  status(): Promise<AppStatus>;
  block(code: string): Promise<Block>;
  why(): Promise<string>;
}

export function storyOf(host: World, app: string): Story {
  const name = host.named(app);
  const answer = async <T>(...args: string[]): Promise<T> => {
    const { stdout, stderr, code } = await host.run(...args, '--json');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  const self: Story = {
    attempts: async () => (await answer<HistoryReport>('history', name)).attempts.toReversed(),
    async lines() {
      const { attempts = [] } = historyReport(name, await host.journal(), undefined) ?? {};
      return attempts.toReversed().map(({ what, outcome }) => [what, outcome].filter(Boolean).join(' '));
    },
    async status() {
      const { apps } = await answer<HostStatus>('status', name);
      const [status] = apps;
      if (status === undefined) throw new Error(`status knows no ${name}`);
      return status;
    },
    async block(code) {
      const { blockedBy } = await self.status();
      const block = blockedBy.find((each) => each.code === code);
      if (block === undefined) throw new Error(`no block ${code} among ${JSON.stringify(blockedBy)}`);
      return block;
    },
    why: async () => (await host.run('why', name)).stdout,
  };
  return self;
}

/** What the environment variable VERSION is in the service's one running container. */
export async function versionOf(host: World, app: string, service = 'web'): Promise<string> {
  const running = (await host.containers(app)).filter((each) => each.service === service && each.state === 'running');
  const [container] = running;
  if (container === undefined || running.length > 1) throw new Error(`${running.length} containers of ${service} run`);
  return await host.engine.variable(container.id, 'VERSION');
}
