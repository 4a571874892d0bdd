import type { Distribution, Metric, Sample } from '../model/metric.ts';

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Sample<unknown>['labels'];

/** Metrics in Prometheus' text format. Of the same series twice the first counts: a repeated one would spoil all of them. */
export const exposition = (metrics: readonly Metric[]): string =>
  metrics
    .filter(({ samples }) => samples.length > 0)
    .map((metric) => {
      const { name, help, type } = metric;
      return [`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${type}`, ...linesOf(metric), ''].join('\n');
    })
    .join('');

function linesOf(metric: Metric): readonly string[] {
  if (metric.type === 'histogram')
    return unique(metric.samples).flatMap(({ labels, value }) => histogramLines(metric.name, labels, value));
  return unique(metric.samples).map(({ labels, value }) => line(metric.name, labels, value));
}

const unique = <Value>(samples: readonly Sample<Value>[]): readonly Sample<Value>[] => {
  const seen = new Map<string, Sample<Value>>();
  for (const sample of samples) {
    const key = labelText(sample.labels);
    if (!seen.has(key)) seen.set(key, sample);
  }
  return [...seen.values()];
};

const histogramLines = (
  name: string,
  labels: Labels,
  { bounds, counts, count, sum }: Distribution,
): readonly string[] => [
  ...bounds.map((bound, index) => line(`${name}_bucket`, { ...labels, le: numberText(bound) }, counts[index] ?? 0)),
  line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
  line(`${name}_sum`, labels, sum),
  line(`${name}_count`, labels, count),
];

const line = (name: string, labels: Labels, value: number): string =>
  `${name}${labelText(labels)} ${numberText(value)}`;

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapedLabel = (text: string): string => escapedHelp(text).replaceAll('"', '\\"');

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
