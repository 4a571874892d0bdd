import type { Distribution } from '../model/metric.ts';

export const emptyDistribution = (bounds: readonly number[]): Distribution => ({
  bounds,
  counts: bounds.map(() => 0),
  count: 0,
  sum: 0,
});

export const withValue = ({ bounds, counts, count, sum }: Distribution, value: number): Distribution => ({
  bounds,
  counts: counts.map((upTo, index) => (value <= (bounds[index] ?? 0) ? upTo + 1 : upTo)),
  count: count + 1,
  sum: sum + value,
});
