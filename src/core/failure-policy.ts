import type { App } from '../model/app.ts';
import type { AppHistory, IrreversibleRecord } from '../model/history.ts';

/** What becomes of the app after a new release failed: where a hook has changed data for good, old containers do not come back by themselves. */
export function failurePolicy(
  { onFailure }: Pick<App, 'onFailure'>,
  history: AppHistory | undefined,
): App['onFailure'] {
  const isCrossed = history?.irreversible !== undefined && history.deployed !== undefined;
  return onFailure === 'rollback' && isCrossed ? 'hold' : onFailure;
}

/** `its irreversible hook migrate had run` */
export const irreversibleText = ({ service }: IrreversibleRecord): string => `its irreversible hook ${service} had run`;
