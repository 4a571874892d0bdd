import type { PlanReport } from '../../../src/model/report.ts';
import { decisions } from '../model/action.ts';
import { fieldRows, planSentence, stepTitles } from '../model/plan.ts';
import { ActionButton } from './action-button.tsx';

/** What would happen, field by field and step by step, and what forbids it. */
export function PlanView({
  report,
  problem,
}: {
  readonly report: PlanReport | undefined;
  readonly problem: string | undefined;
}) {
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">Plan</h2>
      <p>{report ? planSentence(report) : (problem ?? 'Asking …')}</p>
      {report && report.kind !== 'failed' && report.plan.steps.length > 0 ? <Changes report={report} /> : undefined}
      {decisions(report).map((action) => (
        <ActionButton key={action.name} action={action} />
      ))}
    </section>
  );
}

type Whole = Exclude<PlanReport, { kind: 'failed' }>;

const Changes = ({ report }: { readonly report: Whole }) => (
  <>
    {report.kind === 'planned' ? (
      <p class="quiet">
        To <code>{report.revision.commit.slice(0, 10)}</code> “{report.revision.subject}” by{' '}
        {report.revision.author.name}
      </p>
    ) : undefined}
    <table>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col">What</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
        </tr>
      </thead>
      <tbody>
        {fieldRows(report.plan).map(({ service, field, from, to }) => (
          <tr key={`${service} ${field} ${to}`}>
            <th scope="row">{service}</th>
            <td>{field}</td>
            <td>{from === undefined ? undefined : <del>{from}</del>}</td>
            <td>{to === undefined ? undefined : <ins>{to}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
    <ol class="steps">
      {stepTitles(report.plan).map((title, index) => (
        <li key={`${index} ${title}`}>{title}</li>
      ))}
    </ol>
    {report.verdicts
      .filter(({ ruling }) => ruling !== 'allow')
      .map(({ gate, ruling, reason, lift }) => (
        <p key={`${gate} ${reason}`} class={ruling === 'deny' ? 'bad' : ''}>
          {ruling === 'deny' ? 'Denied' : 'Warning'} by {gate}: {reason}
          {lift ? ` → ${lift}` : ''}
        </p>
      ))}
  </>
);
