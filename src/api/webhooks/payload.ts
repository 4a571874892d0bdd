import type { Delivery } from './kind.ts';

/** Characters: no address is longer, and whatever is made of it takes its time. */
const longest = 2_048;

/** JSON as it is, or in a form, as GitHub and Gitea send it too. Undefined: neither. */
export function payloadOf({ header, body }: Delivery): unknown {
  const isForm = header('content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true;
  const text = isForm ? new URLSearchParams(body.toString('utf8')).get('payload') : body.toString('utf8');
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;

/** The texts under these names in a member of a payload. */
export function textsOf(payload: unknown, member: string, names: readonly string[]): readonly string[] {
  const found = fieldOf(payload, member);
  return names.flatMap((name) => {
    const value = fieldOf(found, name);
    return typeof value === 'string' && value !== '' && value.length <= longest ? value : [];
  });
}
