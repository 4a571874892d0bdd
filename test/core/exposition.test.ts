import { expect, test } from 'vitest';
import { emptyDistribution, withValue } from '../../src/core/distribution.ts';
import { exposition } from '../../src/core/exposition.ts';
import { counter, gauge, one } from '../../src/core/gauge.ts';

test('a metric is its help, its type and its series', () => {
  const text = exposition([
    counter('a_total', 'What\nis \\ counted.', [{ labels: { of: 'x', by: 'y' }, value: 2 }]),
    gauge('b', 'B.', one(true)),
  ]);
  expect(text).toBe(`# HELP a_total What\\nis \\\\ counted.
# TYPE a_total counter
a_total{of="x",by="y"} 2
# HELP b B.
# TYPE b gauge
b 1
`);
});

test('no label ends a line, a value or the string before its time', () => {
  const text = exposition([gauge('a', 'A.', [{ labels: { of: 'q" } 1\nb{x="\\' }, value: 1 }])]);
  expect(text.split('\n')).toHaveLength(4);
  expect(text).toContain('a{of="q\\" } 1\\nb{x=\\"\\\\"} 1\n');
});

test('a series is told once, and a metric without any not at all', () => {
  const twice = [1, 2].map((value) => ({ labels: { of: 'x' }, value }));
  expect(exposition([gauge('a', 'A.', twice), gauge('b', 'B.', one(undefined))])).toBe(
    '# HELP a A.\n# TYPE a gauge\na{of="x"} 1\n',
  );
});

test('a histogram counts up to each bound, and beyond', () => {
  const value = [0.5, 1, 7].reduce(withValue, emptyDistribution([1, 5]));
  expect(exposition([{ name: 'h', help: 'H.', type: 'histogram', samples: [{ labels: {}, value }] }])).toBe(
    `# HELP h H.
# TYPE h histogram
h_bucket{le="1"} 2
h_bucket{le="5"} 2
h_bucket{le="+Inf"} 3
h_sum 8.5
h_count 3
`,
  );
});

test('what is infinite or no number is written as Prometheus reads it', () => {
  const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  const samples = values.map((value, index) => ({ labels: { of: String(index) }, value }));
  expect(
    exposition([gauge('a', 'A.', samples)])
      .match(/ \S+$/gm)
      ?.slice(2),
  ).toEqual([' +Inf', ' -Inf', ' NaN']);
});
