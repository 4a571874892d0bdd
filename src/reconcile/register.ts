import { isSameRemoval, removalPolicyOf, usualRemoval } from '../core/removal.ts';
import type { HostConfig } from '../model/config.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Journal } from './journal.ts';

/**
 * Writes down what the configuration says of apps that come back, and of what shall become of those that leave it one day: by then it says nothing of them
 * any more. An app that nothing runs of yet is told of in the intent that brings it.
 */
export async function register({ apps, declared }: HostConfig, trigger: Trigger, journal: Journal): Promise<void> {
  for (const app of declared) if (journal.of(app)?.left) await journal.record({ kind: 'returned', app, trigger });
  for (const app of apps) {
    const history = journal.of(app.name);
    const removal = removalPolicyOf(app);
    if (history?.applied === undefined || isSameRemoval(history.removal ?? usualRemoval, removal)) continue;
    await journal.record({ kind: 'removal-set', app: app.name, trigger, removal });
  }
}
