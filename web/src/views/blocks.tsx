import { worstFirst } from '../../../src/cli/views/condition.ts';
import type { AppStatus, Block, LeavingStatus } from '../../../src/model/report.ts';
import { lifting } from '../model/action.ts';
import { ActionButton } from './action-button.tsx';
import { When } from './when.tsx';

/** Why nothing happens by itself, and what lifts that. */
export const Blocks = ({ of }: { readonly of: AppStatus | LeavingStatus }) => (
  <>
    {worstFirst(of.blockedBy).map((block) => (
      <BlockText key={`${block.code} ${block.detail}`} app={of.app} block={block} />
    ))}
    {of.blockedBy.length === 0 && 'sync' in of && of.sync.state === 'out-of-sync' ? (
      <p>{of.sync.causes.join('; ')}</p>
    ) : undefined}
  </>
);

function BlockText({ app, block }: { readonly app: string; readonly block: Block }) {
  const action = lifting(app, block.lift);
  return (
    <div class="block">
      <p>{block.detail}</p>
      <p class="quiet">
        <code>{block.code}</code>, since <When at={block.since} />
        {block.until ? (
          <>
            , until <When at={block.until} />
          </>
        ) : undefined}
        {block.hint ? `. ${block.hint}` : undefined}
      </p>
      {action ? (
        <ActionButton action={action} />
      ) : (
        <p class="quiet">
          To lift it: <code>{block.lift}</code>
        </p>
      )}
    </div>
  );
}
