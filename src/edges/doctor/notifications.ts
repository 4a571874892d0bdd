import { join } from 'node:path';
import type { HostConfig } from '../../model/config.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import { deliveriesIn } from '../outbox/cursor.ts';

interface NotificationsInput {
  readonly stateDir: string;
  readonly loadConfig: () => Promise<Pick<HostConfig, 'notifiers'>>;
}

interface Finding {
  readonly state: 'ok' | 'warn';
  readonly detail: string;
  readonly hint: string | undefined;
}

/** Whether everybody could be told lately, as whoever delivers left it. */
export async function notifications({ stateDir, loadConfig }: NotificationsInput): Promise<Finding> {
  const { notifiers } = await loadConfig();
  const deliveries = await deliveriesIn(join(stateDir, 'outbox'));
  const stuck = deliveries.filter(({ trouble }) => trouble !== undefined);
  const [first] = stuck;
  if (first?.trouble) {
    return { state: 'warn', detail: stuck.map(stuckText).join('; '), hint: first.trouble.hint };
  }
  if (notifiers.length === 0)
    return { state: 'ok', detail: 'nobody is told: a broken deployment would go unnoticed', hint: undefined };
  const lost = deliveries.reduce((sum, { refused }) => sum + refused, 0);
  const rest = lost === 0 ? '' : `, of which some refused ${lost === 1 ? '1 message' : `${lost} messages`} for good`;
  return { state: 'ok', detail: `${counted(notifiers.length)}, nothing waits${rest}`, hint: undefined };
}

const stuckText = ({ target, waiting, trouble }: DeliveryStatus): string =>
  `${target} cannot be told since ${trouble?.since} (${waiting} waiting): ${trouble?.message}`;

const counted = (count: number): string => (count === 1 ? '1 notifier' : `${count} notifiers`);
