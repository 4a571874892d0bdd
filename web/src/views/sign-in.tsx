import { useState } from 'preact/hooks';
import { token } from '../ask.ts';
import { useHarbor } from '../harbor.ts';

/** Without a token there is nothing to see. */
export function SignIn() {
  const { refused, enter } = useHarbor();
  const [text, setText] = useState('');
  const [isRemembered, setRemembered] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    enter(text.trim(), isRemembered);
  };
  return (
    <main class="sign-in">
      <h1>Harbormaster</h1>
      <p>This host shows itself to whoever has a token. Make one on it:</p>
      <pre>harbormaster token create NAME --role viewer</pre>
      {token.read() !== undefined && refused ? (
        <p class="bad" role="alert">
          {refused.message}
        </p>
      ) : undefined}
      <form onSubmit={submit}>
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            required
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isRemembered}
            onChange={(event) => setRemembered(event.currentTarget.checked)}
          />
          Remember it in this browser, not only in this tab
        </label>
        <button type="submit" class="main">
          Look
        </button>
      </form>
    </main>
  );
}
