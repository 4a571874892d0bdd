import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../core/digest.ts';
import type { Delivery } from './kind.ts';

/** Found out without telling how much of it is equal. */
const isEqual = (given: string, wanted: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(given), 'hex'), Buffer.from(sha256(wanted), 'hex'));

const otherSecret = (header: string): string => `its ${header} is of another secret, or of another body`;

/** Of a signature in hexadecimal over the body, which stands in one of these headers: the first that is there counts. */
export function hexDoubt(
  { header, body }: Delivery,
  secret: string,
  headers: readonly string[],
  prefix = '',
): string | undefined {
  const name = headers.find((each) => header(each) !== undefined);
  if (name === undefined)
    return `it bears no ${headers[0]}: no secret is set at the forge, or it is another kind of forge`;
  const wanted = prefix + createHmac('sha256', secret).update(body).digest('hex');
  return isEqual(header(name) ?? '', wanted) ? undefined : otherSecret(name);
}

/** Of the secret itself in a header. */
export function tokenDoubt({ header }: Delivery, secret: string, name: string): string | undefined {
  const given = header(name);
  if (given === undefined) return `it bears no ${name}: no secret is set at the forge, or it is another kind of forge`;
  return isEqual(given, secret) ? undefined : `its ${name} is another secret`;
}

/** Seconds that the sender's clock may differ from ours. */
const tolerance = 300;

/** Of a signature over id, time and body: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function standardDoubt({ header, body, at }: Delivery, secret: string): string | undefined {
  const [id, time, given] = ['id', 'timestamp', 'signature'].map((part) => header(`webhook-${part}`) ?? '');
  if (!id || !time || !given) return 'it bears not all of webhook-id, webhook-timestamp and webhook-signature';
  if (!/^\d{1,12}$/.test(time)) return 'its webhook-timestamp is no number of seconds since 1970';
  const off = Math.round(at / 1000) - Number(time);
  if (Math.abs(off) > tolerance)
    return `its webhook-timestamp is ${Math.abs(off)} s ${off > 0 ? 'ago' : 'ahead'}: more than ${tolerance} s are not taken`;
  const wanted = createHmac('sha256', keyOf(secret)).update(`${id}.${time}.`).update(body).digest('base64');
  const isProven = given.split(' ').some((signature) => isEqual(signature, `v1,${wanted}`));
  return isProven ? undefined : otherSecret('webhook-signature');
}

/** `whsec_…` is how that standard writes bytes; any other secret is taken as it is written. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
