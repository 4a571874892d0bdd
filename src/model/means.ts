/** With what an operation was decided and done. */
export interface Means {
  readonly harbormaster: {
    readonly version: string;
    /** Commit that it was built from; `dev` where the build did not say. */
    readonly commit: string;
  };
  /** Version of the engine; undefined where it did not answer, as for the three below. */
  readonly engine: string | undefined;
  /** Version of the Compose plugin. */
  readonly compose: string | undefined;
  /** How well the renderer is fenced in on this host: `namespace`, `unprivileged` or `limits`. */
  readonly isolation: string | undefined;
  /** Keyed digest of the configuration in force, the one of its `configured` entry: equal for the same configuration on this host. */
  readonly configuration: string;
}
