import { useState } from 'preact/hooks';
import { act, Refusal } from '../ask.ts';
import { useHarbor } from '../harbor.ts';
import { type Action, commandOf } from '../model/action.ts';

/** A button that opens what it does: the reason, the command line that does the same, and then what comes of it. */
export function ActionButton({ action }: { readonly action: Action }) {
  const { me } = useHarbor();
  const [isOpen, setOpen] = useState(false);
  if (!me?.rights.includes(action.right))
    return (
      <p class="quiet">
        On the command line: <code>{commandOf(action)}</code>
      </p>
    );
  if (isOpen) return <ActionForm action={action} close={() => setOpen(false)} />;
  return (
    <button type="button" onClick={() => setOpen(true)}>
      {action.title}
    </button>
  );
}

function ActionForm({ action, close }: { readonly action: Action; readonly close: () => void }) {
  const { look } = useHarbor();
  const [reason, setReason] = useState('');
  const [lines, setLines] = useState<readonly string[]>([]);
  const [ending, setEnding] = useState<{ readonly text: string; readonly isBad: boolean }>();
  const [isBusy, setBusy] = useState(false);
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setEnding(undefined);
    const body = reason.trim() === '' ? action.body : { ...action.body, reason: reason.trim() };
    const tell = (line: string): void => setLines((known) => [...known, line]);
    await act(action.path, body, tell).then(
      (text) => setEnding({ text, isBad: false }),
      (error: Error) => setEnding({ text: refusalText(error), isBad: true }),
    );
    setBusy(false);
    look();
  };
  return (
    <form class="action" aria-label={action.title} onSubmit={(event) => void run(event)}>
      {action.reason === 'none' ? undefined : (
        <label>
          {action.reason === 'must' ? 'Reason (kept in the log)' : 'Reason (if you like)'}
          <input
            value={reason}
            required={action.reason === 'must'}
            maxLength={1_000}
            onInput={(event) => setReason(event.currentTarget.value)}
            ref={focused}
          />
        </label>
      )}
      <p class="quiet">
        The same: <code>{commandOf(action, reason.trim())}</code>
      </p>
      <button type="submit" class="main" disabled={isBusy}>
        {isBusy ? 'Under way …' : action.title}
      </button>{' '}
      <button type="button" onClick={close}>
        Close
      </button>
      <div role="status">
        {lines.length > 0 ? <pre>{lines.join('\n')}</pre> : undefined}
        {ending ? <p class={ending.isBad ? 'bad' : 'good'}>{ending.text}</p> : undefined}
      </div>
    </form>
  );
}

const focused = (input: HTMLInputElement | null): void => {
  if (input && !input.dataset['met']) {
    input.dataset['met'] = 'yes';
    input.focus();
  }
};

const refusalText = (error: Error): string =>
  error instanceof Refusal && error.hint !== undefined ? `${error.message} → ${error.hint}` : error.message;
