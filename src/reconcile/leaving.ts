import type { AppHistory } from '../model/history.ts';
import type { BlockReason } from '../model/outcome.ts';
import type { Block, LeavingStatus } from '../model/report.ts';
import type { Leftover } from './leftovers.ts';
import { type Beginning, closedWindow } from './windows.ts';

interface Leaving {
  readonly leftover: Leftover;
  readonly history: AppHistory | undefined;
  readonly reasons: readonly BlockReason[];
  readonly beginning: Beginning;
}

/** How it stands with an app that leaves: what is done to it, and what is in the way. Pure. */
export function leavingStatus({ leftover, history, reasons, beginning }: Leaving): LeavingStatus {
  const { app, project, containers, policy, moved } = leftover;
  const { left, trouble } = history ?? {};
  const since = left?.since ?? trouble?.since ?? beginning.now.toISOString();
  const blocks = reasons.map(
    ({ code, reason, lift = `harbormaster apply ${app}` }): Block => ({
      code,
      detail: reason,
      hint:
        code === 'removal-pending'
          ? 'To keep it, put it back into the configuration. To have it done now, name it.'
          : undefined,
      since,
      until: code === 'removal-pending' ? left?.until : undefined,
      lift,
    }),
  );
  return {
    app,
    project,
    onRemove: policy.onRemove,
    moved,
    since,
    containers: containers.map(({ name }) => name),
    blockedBy: [...blocks, ...(policy.onRemove === 'orphan' ? [] : shut(app, since, beginning))],
  };
}

function shut(app: string, since: string, beginning: Beginning): readonly Block[] {
  const found = closedWindow(beginning);
  if (found === undefined) return [];
  const until = found.until === undefined ? undefined : new Date(found.until).toISOString();
  const lift = `harbormaster apply ${app} --override-window --reason "…"`;
  return [{ code: 'window', detail: found.why, hint: 'It goes on by itself then.', since, until, lift }];
}
