import type { Entry } from '../../../src/model/entry.ts';
import type { AppStatus, PlanReport } from '../../../src/model/report.ts';
import { useHarbor } from '../harbor.ts';
import { actionsOf } from '../model/action.ts';
import { servicesIn } from '../model/compare.ts';
import { conditionText } from '../model/host.ts';
import { useAnswer } from '../use-answer.ts';
import { ActionButton } from './action-button.tsx';
import { Blocks } from './blocks.tsx';
import { HistoryView } from './history-view.tsx';
import { PlanView } from './plan-view.tsx';

export function AppPage({ name }: { readonly name: string }) {
  const { status, progress } = useHarbor();
  const app = status?.apps.find((each) => each.app === name);
  if (app === undefined)
    return (
      <>
        <h1>{name}</h1>
        <p>{status ? 'There is no such app on this host.' : 'Asking …'}</p>
      </>
    );
  return (
    <>
      <h1>
        {name} <small>{conditionText(app)}</small>
      </h1>
      <Answers app={app} />
      {app.blockedBy.length > 0 ? (
        <section aria-label="Why blocked" class="card act">
          <h2>Why it waits</h2>
          <Blocks of={app} />
        </section>
      ) : undefined}
      <Operation app={app} lines={progress[name] ?? []} />
      <section aria-label="Actions" class="actions">
        {actionsOf(app).map((action) => (
          <ActionButton key={action.name} action={action} />
        ))}
      </section>
      <Plan app={app} />
      <Services app={app} />
      <HistoryView app={app} />
    </>
  );
}

function syncText({ sync }: AppStatus): string {
  if (sync.state === 'in-sync') return 'in sync';
  return sync.state === 'unknown' ? `unknown: ${sync.because}` : `out of sync: ${sync.causes.join('; ')}`;
}

const Answers = ({ app }: { readonly app: AppStatus }) => (
  <dl class="answers">
    <dt>Source</dt>
    <dd>
      {app.source.state}: {app.source.detail}
    </dd>
    <dt>Sync</dt>
    <dd>{syncText(app)}</dd>
    <dt>Health</dt>
    <dd>{app.health.state}</dd>
    <dt>Operation</dt>
    <dd>{app.operation ?? 'none'}</dd>
    <dt>Blocked by</dt>
    <dd>{app.blockedBy.length === 0 ? 'nothing' : app.blockedBy.map(({ code }) => code).join(', ')}</dd>
  </dl>
);

/** Step by step, with what hooks print. */
function Operation({ app, lines }: { readonly app: AppStatus; readonly lines: readonly string[] }) {
  if (app.operation === undefined && lines.length === 0) return null;
  return (
    <section aria-labelledby="operation">
      <h2 id="operation">{app.operation === undefined ? 'What was done last' : `Under way: ${app.operation}`}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre role="log" aria-labelledby="operation" tabIndex={0}>
        {lines.join('\n')}
      </pre>
    </section>
  );
}

function Plan({ app }: { readonly app: AppStatus }) {
  const stamp = JSON.stringify([app.desired, app.applied, app.sync, app.operation, app.blockedBy]);
  const { answer, problem } = useAnswer<{ readonly plans: readonly PlanReport[] }>(
    `/v1/plan?app=${encodeURIComponent(app.app)}`,
    stamp,
  );
  return <PlanView report={answer?.plans[0]} problem={problem} />;
}

function Services({ app }: { readonly app: AppStatus }) {
  const { deployed, health } = app;
  const { answer } = useAnswer<{ readonly entry: Entry }>(
    deployed === undefined ? undefined : `/v1/log/${deployed.seq}`,
    deployed?.seq,
  );
  const records = new Map(servicesIn(answer?.entry).map((record) => [record.service, record]));
  return (
    <section aria-labelledby="services">
      <h2 id="services">Services</h2>
      <ul class="services">
        {health.services.map(({ service, health: state, found, containers }) => (
          <li key={service} class={state === 'healthy' ? 'fine' : 'watch'}>
            <strong>{service}</strong>
            <span>
              {state}, {found}
            </span>
            <span class="quiet">
              {containers.length === 0 ? 'no container' : <code>{containers.join(', ')}</code>}{' '}
              <code>{records.get(service)?.image.to}</code>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
