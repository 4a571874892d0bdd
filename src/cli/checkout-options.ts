import { resolve } from 'node:path';
import { HarborError } from '../errors.ts';
import { flag, text } from './option.ts';
import type { Call } from './verb.ts';
import type { CheckoutRequest } from './wired.ts';

/** Of a plan for which no host is at hand. */
export const checkoutOptions = {
  checkout: text('checkout', 'dir', 'what is committed in this clone, without a host: for a pipeline'),
  againstRef: text('against-ref', 'name', 'with --checkout: compare with this commit, branch or tag of the clone'),
  against: text('against', 'file', 'with --checkout: compare with what a host runs, as its `status --json` told'),
  againstConfig: text('against-config', 'file', 'with --checkout: the configuration before, if that changes, too'),
  placeholders: flag(
    'placeholders',
    'with --checkout: what is not here (secrets, files of the host) gets a placeholder',
  ),
  host: text('host', 'name', 'with --checkout: only the apps of this host'),
} as const;

/** Undefined without `--checkout`. Throws `usage` for what goes with it alone, or not together. */
export function checkoutRequest(call: Call, ref: string | undefined): CheckoutRequest | undefined {
  const folder = call.option(checkoutOptions.checkout);
  const [againstRef, against] = [call.option(checkoutOptions.againstRef), call.option(checkoutOptions.against)];
  const [againstConfig, host] = [call.option(checkoutOptions.againstConfig), call.option(checkoutOptions.host)];
  const placeholders = call.option(checkoutOptions.placeholders);
  const others = {
    '--against-ref': againstRef,
    '--against': against,
    '--against-config': againstConfig,
    '--host': host,
  };
  const [alone] = Object.entries({ ...others, '--placeholders': placeholders || undefined }).filter(([, is]) => is);
  if (folder === undefined) {
    if (alone === undefined) return undefined;
    throw new HarborError(`${alone[0]} goes with --checkout`, {
      code: 'usage',
      hint: 'Such as: harbormaster plan --checkout . --against-ref origin/main',
    });
  }
  if (againstRef !== undefined && against !== undefined) {
    throw new HarborError('--against-ref and --against are two things to compare with', {
      code: 'usage',
      hint: 'Give one of them.',
    });
  }
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  return {
    apps: call.operands,
    ref,
    folder: resolve(folder),
    againstRef,
    againstFile: absolute(against),
    againstConfig: absolute(againstConfig),
    host,
    placeholders,
  };
}
