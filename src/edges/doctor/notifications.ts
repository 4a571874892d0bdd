import { join } from 'node:path';
import type { HostConfig } from '../../model/config.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import { isOurs } from '../forges/targets.ts';
import { deliveriesIn } from '../outbox/cursor.ts';

type Configured = Pick<HostConfig, 'notifiers' | 'commitStatus' | 'apps'>;

interface NotificationsInput {
  readonly stateDir: string;
  readonly loadConfig: () => Promise<Configured>;
}

interface Finding {
  readonly state: 'ok' | 'warn';
  readonly detail: string;
  readonly hint: string | undefined;
}

/** Whether everybody could be told lately, as whoever delivers left it. */
export async function notifications({ stateDir, loadConfig }: NotificationsInput): Promise<Finding> {
  const config = await loadConfig();
  const deliveries = await deliveriesIn(join(stateDir, 'outbox'));
  return stuck(deliveries) ?? idle(config) ?? told(config, deliveries);
}

function stuck(deliveries: readonly DeliveryStatus[]): Finding | undefined {
  const all = deliveries.filter(({ trouble }) => trouble !== undefined);
  const [first] = all;
  return first?.trouble && { state: 'warn', detail: all.map(stuckText).join('; '), hint: first.trouble.hint };
}

const stuckText = ({ target, waiting, trouble }: DeliveryStatus): string =>
  `${target} cannot be told since ${trouble?.since} (${waiting} waiting): ${trouble?.message}`;

/** A forge that has no repository of any app here is most likely another one than was meant. */
function idle({ commitStatus, apps }: Configured): Finding | undefined {
  const unused = commitStatus.findIndex(
    (entry) => !apps.some((app) => isOurs({ app: app.name, repository: app.repository.url }, entry)),
  );
  const entry = commitStatus[unused];
  if (entry === undefined || apps.length === 0) return undefined;
  return {
    state: 'warn',
    detail: `commit_status[${unused}] tells nobody: no app of this host has a repository at ${entry.web} that it is for`,
    hint: 'Compare its url, git_hosts, repositories and apps with the url of the apps.',
  };
}

function told({ notifiers, commitStatus }: Configured, deliveries: readonly DeliveryStatus[]): Finding {
  const forges = commitStatus.length === 0 ? [] : [counted(commitStatus.length, 'forge')];
  const lost = deliveries.reduce((sum, { refused }) => sum + refused, 0);
  const last = deliveries
    .flatMap(({ target, refusal }) => (refusal ? [{ target, ...refusal }] : []))
    .toSorted(byTime)
    .at(-1);
  const rest =
    lost === 0
      ? ''
      : `; ${counted(lost, 'message')} refused for good${last ? `, the last at ${last.at}: ${last.message}` : ''}`;
  const who =
    notifiers.length === 0
      ? ['nobody is told: a broken deployment would go unnoticed', ...forges]
      : [counted(notifiers.length, 'notifier'), ...forges, 'nothing waits'];
  return { state: 'ok', detail: `${who.join(', ')}${rest}`, hint: last?.hint };
}

const byTime = (one: { readonly at: string }, other: { readonly at: string }): number => (one.at < other.at ? -1 : 1);

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
