export interface ContainerRef {
  readonly id: string;
  readonly name: string;
}

/** A small repair of one container, without a new one. */
export type Mend =
  | { readonly kind: 'unpause'; readonly container: ContainerRef }
  | { readonly kind: 'rename'; readonly container: ContainerRef; readonly to: string }
  /** `attachment` as in the container's configuration: how it was attached before. */
  | {
      readonly kind: 'connect';
      readonly container: ContainerRef;
      readonly network: string;
      readonly attachment: string;
    }
  | { readonly kind: 'disconnect'; readonly container: ContainerRef; readonly network: string }
  /** Limits and restart policy by field of the configuration, as they should be; null: at their default. */
  | {
      readonly kind: 'update';
      readonly container: ContainerRef;
      readonly fields: Readonly<Record<string, string | null>>;
    };
