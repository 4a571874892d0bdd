import type { Configured, ContainerConfiguration } from '../model/observed.ts';
import { hmac } from './digest.ts';

/** Fields that may hold a secret, and are told apart only by a keyed digest. */
const mayBeSecret = /^(?:environment\.|command$|entrypoint$|labels\.)/;
const digits = 16;

/** A container's configuration as it may be kept and shown. */
export const configuredOf = ({ fields }: ContainerConfiguration, key: Uint8Array): Configured =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      mayBeSecret.test(field) ? hmac(key, `${field}\n${value}`).slice(0, digits) : value,
    ]),
  );
