/** One folder of an app in the state directory. */
export interface KeptFolder {
  /** What the app's folder is called: the first name that the app had. */
  readonly home: string;
  readonly kind: 'data' | 'live' | 'cache' | 'releases';
  /** Absolute. */
  readonly path: string;
  /** Undefined: there is too much in it to be counted while somebody waits. */
  readonly bytes: number | undefined;
}

/** Something that is left of an app. */
export interface OrphanedThing {
  readonly kind: 'container' | 'network' | 'volume' | KeptFolder['kind'];
  /** Of a folder: its absolute path. */
  readonly name: string;
  readonly bytes?: number | undefined;
  /** Of a container: e.g. `running`. */
  readonly state?: string | undefined;
  /** What removes it. */
  readonly remove: string;
}

/** An app that is not declared on this host, and what is left of it. */
export interface Orphan {
  readonly app: string;
  /** Its Compose project; undefined: nobody knows any more. */
  readonly project: string | undefined;
  /** `leaving`: it is still to be removed. `stopped`: by `on_remove: stop`. `let-go`: it was left running, and is nobody's. `unknown`: the log does not know it. */
  readonly how: 'leaving' | 'stopped' | 'removed' | 'let-go' | 'unknown';
  /** Entry that tells, and when that was, ISO 8601. */
  readonly seq: number | undefined;
  readonly since: string | undefined;
  /** Where the log still keeps the app for what it may become: what makes an end of that. */
  readonly forget: string | undefined;
  readonly things: readonly OrphanedThing[];
}
