import type { Notification } from '../../../src/model/notification.ts';
import { failed, refused, stamped } from '../../core/entries.ts';

export function notification(more: Partial<Notification> = {}): Notification {
  const [entry] = stamped(refused(failed()));
  if (entry === undefined) throw new Error('no entry');
  return {
    event: 'failed',
    host: 'host1',
    app: 'web',
    summary: 'failed: services.web must be a mapping',
    entry,
    ...more,
  };
}
