import type { Metric, Sample } from '../model/metric.ts';

export const gauge = (name: string, help: string, samples: readonly Sample<number>[]): Metric => ({
  name,
  help,
  type: 'gauge',
  samples,
});

export const counter = (name: string, help: string, samples: readonly Sample<number>[]): Metric => ({
  name,
  help,
  type: 'counter',
  samples,
});

/** Of the whole host; undefined: it is not known, and not told. */
export const one = (value: number | boolean | undefined): readonly Sample<number>[] =>
  value === undefined ? [] : [{ labels: {}, value: Number(value) }];
