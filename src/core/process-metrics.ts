import type { Metric, Sample } from '../model/metric.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Readings, Results } from '../model/readings.ts';
import { counter, gauge, one } from './gauge.ts';
import { repositoryLabel } from './repository-label.ts';

/** What a process counts, and what its configuration says of it. Times are milliseconds since the epoch. */
export interface ProcessFacts {
  readonly version: string;
  readonly commit: string;
  readonly startedAt: number;
  readonly apps: readonly { readonly name: string; readonly interval: number }[];
  /** URLs of the repositories that are configured. */
  readonly repositories: readonly string[];
  /** How many apps are due, and their pass has not ended. */
  readonly due: number;
  /** Undefined: this process does not write it. */
  readonly isLogWritable: boolean | undefined;
  readonly troubles: number;
  readonly readings: Readings;
}

const outcomes: readonly Outcome['kind'][] = ['unchanged', 'applied', 'blocked', 'failed', 'interrupted', 'superseded'];

/** What is known also while the engine is not there. */
export function processMetrics(facts: ProcessFacts): readonly Metric[] {
  const { version, commit, startedAt, apps, due, isLogWritable, troubles, readings } = facts;
  const { passes, durations, compared } = readings;
  const ofApp = (app: string, value: number): Sample<number> => ({ labels: { app }, value });
  return [
    gauge('harbormaster_build_info', 'Which Harbormaster this is; always 1.', [
      { labels: { version, commit }, value: 1 },
    ]),
    gauge('process_start_time_seconds', 'When the daemon began, since the epoch.', one(startedAt / 1000)),
    counter(
      'harbormaster_passes_total',
      'Passes over apps that ended, by outcome.',
      outcomes.map((outcome) => ({ labels: { outcome }, value: passes.get(outcome) ?? 0 })),
    ),
    {
      name: 'harbormaster_pass_duration_seconds',
      help: 'How long passes took from when they were asked for, waiting for their turn included.',
      type: 'histogram',
      samples: [{ labels: {}, value: durations }],
    },
    gauge(
      'harbormaster_app_last_compared_timestamp_seconds',
      'When an app was last compared with Git; before the first time, when the daemon began.',
      apps.map(({ name }) => ofApp(name, (compared.get(name) ?? startedAt) / 1000)),
    ),
    gauge(
      'harbormaster_app_interval_seconds',
      'How often an app is to be compared with Git.',
      apps.map(({ name, interval }) => ofApp(name, interval / 1000)),
    ),
    gauge('harbormaster_pass_queue_depth', 'Apps whose pass is due or under way.', one(due)),
    gauge('harbormaster_log_writable', 'Whether the deployment log takes entries.', one(isLogWritable)),
    gauge(
      'harbormaster_configuration_troubles',
      'Why something newer than the configuration in force is not: how many reasons.',
      one(troubles),
    ),
    ...sourceMetrics(facts),
  ];
}

function sourceMetrics({ repositories, readings }: ProcessFacts): readonly Metric[] {
  const places = [...new Set(repositories.map(repositoryLabel))].map((place) => {
    const of = [...readings.sources].flatMap(([url, source]) => (repositoryLabel(url) === place ? [source] : []));
    return { place, of };
  });
  const requests = places.flatMap(({ place, of }) => [
    ...resultsOf(
      place,
      'look',
      of.map(({ looks }) => looks),
    ),
    ...resultsOf(
      place,
      'fetch',
      of.map(({ fetches }) => fetches),
    ),
  ]);
  const answered = places.flatMap(({ place, of }) => {
    const times = of.flatMap(({ answeredAt }) => answeredAt ?? []);
    return times.length === 0 ? [] : [{ labels: { repository: place }, value: Math.max(...times) / 1000 }];
  });
  return [
    counter('harbormaster_source_requests_total', 'Requests to Git repositories, by host and path.', requests),
    gauge('harbormaster_source_last_success_timestamp_seconds', 'When a Git repository last answered.', answered),
  ];
}

const resultsOf = (repository: string, request: string, all: readonly Results[]): readonly Sample<number>[] =>
  (['success', 'failure'] as const).map((result) => ({
    labels: { repository, request, result },
    value: all.reduce((sum, results) => sum + results[result], 0),
  }));
