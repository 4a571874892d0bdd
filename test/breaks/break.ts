/** What becomes of a file: `from` stands in it once. */
export interface Edit {
  readonly in: string;
  readonly from: string;
  readonly to: string;
}

/** The smallest edit that takes away just what some tests guard: with it they have to fail. */
export interface Break extends Edit {
  /** A part of the name of each test, with its `describe`, that no other test of the file has. An `each` is one test, and one case of it that fails is enough. */
  readonly tests: readonly string[];
  /** Of an `each`: a part of the names of the cases that are run, where not all of them have to be. */
  readonly cases?: string;
  /** Tests of the same file that have to run before, and stay green. */
  readonly after?: readonly string[];
  /** Where a second line of defence holds as well: taken away with the first. */
  readonly also?: Edit;
}

/** Breaks by the file of the tests, as in `scenarios/deploy` for test/scenarios/deploy.test.ts. */
export type Breaks = Readonly<Record<string, readonly Break[]>>;

export const testFile = (of: string): string => `test/${of}.test.ts`;

export const editsOf = ({ also, ...edit }: Break): readonly Edit[] => [edit, ...(also ? [also] : [])];
