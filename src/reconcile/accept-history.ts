import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Noted } from './harbor.ts';
import type { House } from './house.ts';
import { lookAt } from './looks.ts';

/** Lets the one revision through that is refused now because it does not follow what is deployed. */
export async function acceptHistory(
  app: App,
  reason: string,
  trigger: Trigger,
  { context, find }: Pick<House, 'context' | 'find'>,
): Promise<Noted> {
  const { name } = app;
  const target = await find(app, await lookAt([app], context));
  const from = context.journal.of(name)?.deployed?.commit;
  if (target.kind === 'release' || from === undefined)
    return {
      app: name,
      entry: undefined,
      summary: `What Git has for ${name} follows what is deployed: there is nothing to accept`,
    };
  if (target.error.code !== 'history-rewritten') throw target.error;
  const to = target.revision?.commit;
  if (to === undefined) throw new HarborError('a refused history has no commit', { code: 'bug' });
  const { seq } = await context.journal.record({ kind: 'history-accepted', app: name, trigger, reason, from, to });
  const summary = `${name} may go from commit ${from} to ${to}. A running daemon deploys it in its next pass; without one: harbormaster apply ${name}`;
  return { app: name, entry: seq, summary };
}
