/** Who or what made something happen. */
export type Actor =
  | UserActor
  /** Who holds a token of the API, by the name that the token was given. */
  | { readonly kind: 'token'; readonly name: string }
  /** A forge that told of a push. `name`: what the configuration calls it; `delivery`: the forge's own id of that message. */
  | {
      readonly kind: 'webhook';
      readonly forge: string;
      readonly name?: string | undefined;
      readonly delivery: string | undefined;
    }
  /** Time: an interval, a retry that was due, a window that opened. */
  | { readonly kind: 'schedule' }
  /** Something happened to a container. */
  | { readonly kind: 'engine' }
  /** The configuration changed. */
  | { readonly kind: 'file' }
  /** Harbormaster was started. */
  | { readonly kind: 'start' };

/** An account of this host. */
export interface Account {
  readonly name: string;
  readonly uid: number;
}

/** A user of this host. */
export interface UserActor {
  readonly kind: 'user';
  /** Of the account that asked. Without `uid` it is what the client said of itself. */
  readonly name: string;
  /** As the kernel vouches for it; undefined: nobody could. */
  readonly uid?: number | undefined;
  /** Who used an account that several people share, such as root. */
  readonly behind?: Behind | undefined;
}

export interface Behind {
  readonly name: string;
  /** `login`: the kernel kept who logged in. `claim`: so the client says, as `SUDO_USER` does. */
  readonly proof: 'login' | 'claim';
}
