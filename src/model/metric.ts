/** One kind of measurement as Prometheus knows it, with everything that was measured of it. */
export type Metric = {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
} & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample<number>[] }
  | { readonly type: 'histogram'; readonly samples: readonly Sample<Distribution>[] }
);

export interface Sample<Value> {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: Value;
}

/** How many values were at most so large. */
export interface Distribution {
  /** Upper bounds, rising; infinity is not among them. */
  readonly bounds: readonly number[];
  /** Of each bound: how many were at most that. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}
