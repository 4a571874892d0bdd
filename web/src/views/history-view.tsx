import { useState } from 'preact/hooks';
import type { Attempt, HistoryReport } from '../../../src/core/history-report.ts';
import type { Entry } from '../../../src/model/entry.ts';
import type { AppStatus } from '../../../src/model/report.ts';
import { rollback } from '../model/action.ts';
import { differences } from '../model/compare.ts';
import { useAnswer } from '../use-answer.ts';
import { ActionButton } from './action-button.tsx';
import { When } from './when.tsx';

const page = 20;

/** Every attempt; two of them can be compared, and good ones gone back to. */
export function HistoryView({ app }: { readonly app: AppStatus }) {
  const [limit, setLimit] = useState(page);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const path = `/v1/apps/${encodeURIComponent(app.app)}/history?limit=${limit}`;
  const { answer } = useAnswer<HistoryReport>(path, `${app.attempted?.seq} ${app.deployed?.seq}`);
  const choose = (seq: number): void =>
    setChosen((known) => (known.includes(seq) ? known.filter((one) => one !== seq) : [...known, seq].slice(-2)));
  const attempts = answer?.attempts ?? [];
  const good = new Set(answer?.good.map(({ release }) => release));
  return (
    <section aria-labelledby="history">
      <h2 id="history">History</h2>
      <Comparison chosen={chosen} />
      <ol class="history">
        {attempts.map((attempt) => (
          <li key={attempt.seq} class={attempt.outcome === 'failed' ? 'act' : 'fine'}>
            <AttemptText attempt={attempt} />
            <label class="check">
              <input type="checkbox" checked={chosen.includes(attempt.seq)} onChange={() => choose(attempt.seq)} />
              Compare {attempt.seq}
            </label>
            {attempt.release !== undefined && good.has(attempt.release) && !attempt.runs ? (
              <ActionButton action={rollback(app.app, attempt.release.slice(0, 12))} />
            ) : undefined}
          </li>
        ))}
      </ol>
      {attempts.length >= limit && limit < 1_000 ? (
        <button type="button" onClick={() => setLimit(Math.min(1_000, limit * 3))}>
          Show more
        </button>
      ) : undefined}
    </section>
  );
}

const AttemptText = ({ attempt }: { readonly attempt: Attempt }) => (
  <div>
    <strong>
      {attempt.what}
      {attempt.outcome === undefined ? '' : `: ${attempt.outcome}`}
    </strong>{' '}
    <span class="quiet">
      <When at={attempt.at} />
      {attempt.commit === undefined ? '' : `, commit ${attempt.commit.slice(0, 10)}`}
      {attempt.trigger?.by === undefined ? '' : `, by ${attempt.trigger.by}`}
      {attempt.runs ? ', runs now' : ''}
    </span>
    {attempt.details.map((detail) => (
      <p key={detail}>{detail}</p>
    ))}
  </div>
);

function Comparison({ chosen }: { readonly chosen: readonly number[] }) {
  const [from, to] = chosen.toSorted((a, b) => a - b);
  const before = useAnswer<{ readonly entry: Entry }>(to === undefined ? undefined : `/v1/log/${from}`, from);
  const after = useAnswer<{ readonly entry: Entry }>(to === undefined ? undefined : `/v1/log/${to}`, to);
  if (before.answer === undefined || after.answer === undefined) return null;
  const found = differences(before.answer.entry, after.answer.entry);
  return (
    <div class="card" role="status">
      <h3>
        From entry {from} to entry {to}
      </h3>
      {found.length === 0 ? <p>Their services do not differ.</p> : undefined}
      <ul>
        {found.map((one) => (
          <li key={`${one.service} ${one.what}`}>
            {one.service}, {one.what}: <del>{one.from}</del> → <ins>{one.to}</ins>
          </li>
        ))}
      </ul>
    </div>
  );
}
