import { useState } from 'preact/hooks';
import type { AppStatus } from '../../../src/model/report.ts';
import { useHarbor } from '../harbor.ts';
import { resume, suspend } from '../model/action.ts';
import { conditionText, hostSentence, inOrder, matching, toneOf } from '../model/host.ts';
import { ActionButton } from './action-button.tsx';
import { Blocks } from './blocks.tsx';
import { When } from './when.tsx';

export function HostPage() {
  const { status } = useHarbor();
  const [sought, setSought] = useState('');
  if (status === undefined)
    return (
      <>
        <h1>Harbormaster</h1>
        <p class="quiet">Asking …</p>
      </>
    );
  const apps = inOrder(matching(status.apps, sought));
  const urgent = apps.filter((app) => toneOf(app) === 'act');
  return (
    <>
      <h1>{status.host}</h1>
      <p class="sentence" role="status">
        {hostSentence(status)}
      </p>
      <HostTroubles />
      {status.apps.length > 8 ? (
        <label class="search">
          Find an app
          <input type="search" value={sought} onInput={(event) => setSought(event.currentTarget.value)} />
        </label>
      ) : undefined}
      {urgent.length === 0 ? undefined : (
        <section aria-labelledby="urgent">
          <h2 id="urgent">Needs a person</h2>
          {urgent.map((app) => (
            <article key={app.app} class="card act">
              <h3>
                <AppLink app={app} /> {conditionText(app)}
              </h3>
              <Blocks of={app} />
            </article>
          ))}
        </section>
      )}
      <section aria-labelledby="apps">
        <h2 id="apps">Apps</h2>
        <ul class="apps">
          {apps.map((app) => (
            <li key={app.app} class={toneOf(app)}>
              <AppLink app={app} />
              <span class="condition">{app.operation ?? conditionText(app)}</span>
              <span class="quiet">{app.deployed ? <When at={app.deployed.at} /> : 'never deployed'}</span>
            </li>
          ))}
        </ul>
      </section>
      <Switch />
    </>
  );
}

const AppLink = ({ app: { app } }: { readonly app: AppStatus }) => (
  <a href={`#/apps/${encodeURIComponent(app)}`}>{app}</a>
);

/** What is wrong with the host itself comes before its apps. */
function HostTroubles() {
  const { status } = useHarbor();
  const condition = status?.record?.condition;
  return (
    <>
      {condition?.kind === 'unwritable' ? (
        <p class="card act">
          The deployment log takes no entries, so nothing is begun: {condition.message} {condition.hint}
        </p>
      ) : undefined}
      {status?.record?.witness?.state === 'contradicted' ? (
        <p class="card act">The witness {status.record.witness.url} holds another log than this one.</p>
      ) : undefined}
      {status?.suspension ? (
        <p class="card act">
          The whole host is suspended{status.suspension.by ? ` by ${status.suspension.by}` : ''}:{' '}
          {status.suspension.reason}
        </p>
      ) : undefined}
      {status?.configuration?.troubles.map(({ message, hint }) => (
        <p key={message} class="card act">
          The newest configuration is not in force: {message} {hint}
        </p>
      ))}
      {status?.leaving?.map((leaving) => (
        <div key={leaving.app} class="card watch">
          <p>{leaving.app} left the configuration.</p>
          <Blocks of={leaving} />
        </div>
      ))}
    </>
  );
}

function Switch() {
  const { status, me } = useHarbor();
  if (me === undefined || me.apps.length > 0) return null;
  return (
    <section aria-label="The whole host">
      <ActionButton action={status?.suspension ? resume() : suspend()} />
    </section>
  );
}
