import type { DeliveryStatus } from '../model/delivery.ts';
import type { Metric, Sample } from '../model/metric.ts';
import type { HostStatus, WitnessStatus } from '../model/report.ts';
import { appMetrics } from './app-metrics.ts';
import { gauge, one } from './gauge.ts';

/** What the status of a host says, for a machine that watches over many. */
export const hostMetrics = (status: HostStatus, firstSeen: ReadonlyMap<string, number>): readonly Metric[] => [
  ...appMetrics(status.apps, firstSeen),
  gauge(
    'harbormaster_apps_leaving',
    'Apps that left the configuration and are not removed yet.',
    one(status.leaving?.length ?? 0),
  ),
  gauge(
    'harbormaster_host_suspended',
    'Whether a person suspended the whole host.',
    one(status.suspension !== undefined),
  ),
  ...witnessMetrics(status.record?.witness),
  ...deliveryMetrics(status.deliveries ?? []),
];

const witnessStates: readonly WitnessStatus['state'][] = ['current', 'behind', 'contradicted'];

function witnessMetrics(witness: WitnessStatus | undefined): readonly Metric[] {
  if (witness === undefined) return [];
  const states = witnessStates.map((state) => ({ labels: { state }, value: Number(witness.state === state) }));
  return [
    gauge('harbormaster_log_witness', 'What the witness of the log says: 1 for the state that it is.', states),
    gauge(
      'harbormaster_log_witnessed_sequence',
      'Number of the last entry that the witness vouches for.',
      one(witness.witnessed),
    ),
  ];
}

/** Two targets may be called the same. */
function deliveryMetrics(deliveries: readonly DeliveryStatus[]): readonly Metric[] {
  const targets = [...new Set(deliveries.map(({ target }) => target))];
  const over = (value: (delivery: DeliveryStatus) => number): readonly Sample<number>[] =>
    targets.map((target) => ({
      labels: { target },
      value: deliveries.filter((each) => each.target === target).reduce((sum, each) => sum + value(each), 0),
    }));
  return [
    gauge(
      'harbormaster_notifications_waiting',
      'Messages that wait for a target.',
      over(({ waiting }) => waiting),
    ),
    gauge(
      'harbormaster_notifications_refused',
      'Messages that a target refused for good.',
      over(({ refused }) => refused),
    ),
    gauge(
      'harbormaster_notifications_failing',
      'How many targets of this name cannot be reached.',
      over(({ trouble }) => Number(trouble !== undefined)),
    ),
  ];
}
