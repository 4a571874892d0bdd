/** What becomes of a service when the content of something that it mounts changed, and nothing else of it. */
export type OnChange =
  | { readonly kind: 'recreate' }
  | { readonly kind: 'restart' }
  /** Without `SIG`: `HUP`. */
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'ignore' };

/** By service; then by what it mounts, named as in a release (`deploy/nginx.conf`, `config app`). `*` stands for all that is not named. */
export type OnChangeRules = Readonly<Record<string, Readonly<Record<string, OnChange>>>>;

/** How changed content is brought to a container that stays. `ignore`: it needs to be told nothing. */
export type Refresh =
  | { readonly kind: 'restart' }
  | { readonly kind: 'signal'; readonly signals: readonly string[] }
  | { readonly kind: 'ignore' };

/** What an operation that writes files does to containers, by id. */
export interface Exposure {
  /** It takes them away. */
  readonly leaves: readonly string[];
  /** It starts them anew. */
  readonly restarts: readonly string[];
}

/** A container over files of another release than its own, since then (ISO 8601): an operation that was to take it away was cut short, or failed. */
export interface Exposed {
  readonly id: string;
  readonly since: string;
}

/** What the log says of a container that was refreshed. Its label goes on to say what it was made as. */
export interface Refreshed {
  readonly id: string;
  /** The service digest that it is at; several where an attempt was cut short or failed: it may be at any of them. */
  readonly digests: readonly string[];
}
