import { inspect } from 'node:util';

const mask = '***';

/** A string that prints as `***` wherever it is logged, joined or serialised; only `reveal()` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

export type MaybeSecret = string | Secret;

export const reveal = (value: MaybeSecret): string => (value instanceof Secret ? value.reveal() : value);
