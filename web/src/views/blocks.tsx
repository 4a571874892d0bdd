import { worstFirst } from '../../../src/cli/views/condition.ts';
import type { AppStatus, Block } from '../../../src/model/report.ts';
import { lifting } from '../model/action.ts';
import { ActionButton } from './action-button.tsx';
import { When } from './when.tsx';

/** Why nothing happens by itself, and what lifts that. */
export const Blocks = ({ app }: { readonly app: AppStatus }) => (
  <>
    {worstFirst(app.blockedBy).map((block) => (
      <BlockText key={`${block.code} ${block.detail}`} app={app.app} block={block} />
    ))}
    {app.blockedBy.length === 0 && app.sync.state === 'out-of-sync' ? <p>{app.sync.causes.join('; ')}</p> : undefined}
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
