import { useEffect, useRef, useState } from 'preact/hooks';
import type { Entry } from '../../../src/model/entry.ts';
import { ask } from '../ask.ts';
import { useHarbor } from '../harbor.ts';
import {
  appOf,
  entryText,
  entryTone,
  everything,
  isShown,
  type LogFilter,
  logPath,
  merged,
} from '../model/timeline.ts';
import { When } from './when.tsx';

interface Page {
  readonly entries: readonly Entry[];
  readonly next?: number;
}

export function LogPage() {
  const { fresh } = useHarbor();
  const [filter, setFilter] = useState(everything);
  const { entries, isRead, next, more, problem } = usePages(filter);
  const shown = merged(entries, fresh).filter((entry) => isShown(entry, filter));
  return (
    <>
      <h1>Deployment log</h1>
      <Verification />
      <Filter filter={filter} change={setFilter} />
      {problem ? <p class="bad">{problem}</p> : undefined}
      <ol class="log">
        {shown.map((entry) => (
          <li key={entry.seq} class={entryTone(entry)}>
            <span class="quiet">
              {entry.seq} <When at={entry.at} />
            </span>
            <span>
              {appOf(entry) === undefined ? undefined : <strong>{appOf(entry)} </strong>}
              {entryText(entry)}
            </span>
          </li>
        ))}
      </ol>
      {isRead && next === undefined ? <p class="quiet">That is all.</p> : undefined}
      {next === undefined ? undefined : (
        <button type="button" onClick={more}>
          Show older
        </button>
      )}
    </>
  );
}

/** Pages of the log, one more each time that it is asked for. Of another filter the last ones stay until its own are read, and none older is asked for. */
function usePages(filter: LogFilter) {
  const [read, setRead] = useState<Page & { readonly filter: LogFilter }>();
  const [problem, setProblem] = useState<string>();
  const stop = useRef(new AbortController());
  const load = (before?: number): void => {
    const { signal } = stop.current;
    ask<Page>(logPath(filter, before), signal).then(
      (page) => {
        if (signal.aborted) return;
        setRead((known) => {
          const entries = before === undefined ? page.entries : merged(known?.entries ?? [], page.entries);
          return { ...page, entries, filter };
        });
        setProblem(undefined);
      },
      (error: Error) => {
        if (!signal.aborted) setProblem(error.message);
      },
    );
  };
  useEffect(() => {
    stop.current = new AbortController();
    load();
    return () => stop.current.abort();
  }, [filter]);
  const isRead = read?.filter === filter;
  const next = isRead ? read.next : undefined;
  return { entries: read?.entries ?? [], isRead, next, problem, more: () => load(next) };
}

const outcomes = ['applied', 'unchanged', 'blocked', 'failed', 'interrupted', 'superseded'];
const spans: readonly (readonly [string, string])[] = [
  ['', 'ever'],
  ['1h', 'an hour'],
  ['24h', 'a day'],
  ['7d', 'a week'],
  ['30d', 'thirty days'],
];

function Filter({ filter, change }: { readonly filter: LogFilter; readonly change: (filter: LogFilter) => void }) {
  const { status } = useHarbor();
  const choose = (name: keyof LogFilter) => (event: Event) =>
    event.currentTarget instanceof HTMLSelectElement && change({ ...filter, [name]: event.currentTarget.value });
  return (
    <form class="filter" aria-label="Filter the log">
      <label>
        App
        <select value={filter.app} onChange={choose('app')}>
          <option value="">all</option>
          {status?.apps.map(({ app }) => (
            <option key={app}>{app}</option>
          ))}
        </select>
      </label>
      <label>
        Outcome
        <select value={filter.outcome} onChange={choose('outcome')}>
          <option value="">any</option>
          {outcomes.map((outcome) => (
            <option key={outcome}>{outcome}</option>
          ))}
        </select>
      </label>
      <label>
        Since
        <select value={filter.since} onChange={choose('since')}>
          {spans.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

interface Verified {
  readonly ok: boolean;
  readonly entries: number;
  readonly proves: readonly string[];
  readonly cannotProve: readonly string[];
}

/** Reading the whole log costs the host something: only when somebody asks. */
function Verification() {
  const [found, setFound] = useState<Verified | string>();
  const verify = (): void => {
    setFound('Proving …');
    ask<Verified>('/v1/verify').then(setFound, (error: Error) => setFound(error.message));
  };
  return (
    <div class="card" role="status">
      {found === undefined ? (
        <p>Whether the log is whole has not been looked at here.</p>
      ) : typeof found === 'string' ? (
        <p>{found}</p>
      ) : (
        <p class={found.ok ? 'good' : 'bad'}>
          {found.ok ? `Verified: all ${found.entries} entries hold.` : 'The log does not hold.'}{' '}
          {found.cannotProve.length > 0 ? `Not proven: ${found.cannotProve.join('; ')}` : ''}
        </p>
      )}
      <button type="button" onClick={verify}>
        Verify now
      </button>{' '}
      <code>harbormaster log verify</code>
    </div>
  );
}
