import type { CheckoutPreview, CheckoutRequest, Invocation } from '../cli/wired.ts';
import { type ConfigurationGit, loadConfig } from '../config/load.ts';
import type { Catalogues } from '../config/schema.ts';
import { mapLimit } from '../core/concurrency.ts';
import { discoveryFollowing } from '../core/configuration.ts';
import { redactor } from '../core/redact.ts';
import { isSameRepository } from '../core/same-repository.ts';
import * as checkKinds from '../edges/checks/index.ts';
import { systemClock } from '../edges/clock.ts';
import { readDeployed } from '../edges/deployed-file.ts';
import { openCheckout } from '../edges/git/checkout.ts';
import { liveFiles } from '../edges/live/live-files.ts';
import { openScratch } from '../edges/scratch.ts';
import { statePaths } from '../edges/state-folder.ts';
import { HarborError } from '../errors.ts';
import * as gates from '../policies/index.ts';
import type { Checkout, Engine, Logger } from '../ports.ts';
import { previewCheckout } from '../reconcile/checkout-preview.ts';
import { type Against, comparisonsOf } from '../reconcile/comparisons.ts';
import { foundFolders } from '../reconcile/found-folders.ts';
import * as strategies from '../strategies/index.ts';

interface PreviewOptions {
  readonly invocation: Invocation;
  readonly catalogues: Catalogues;
  /** Renders, and is asked nothing else: there need be none. */
  readonly engine: (instance: string) => Engine;
  readonly logger: Logger;
}

/** Where a host has its state, unless it was told otherwise: plans speak of these paths. */
const usualState = '/var/lib/harbormaster';

/** Nothing of this machine goes into it but the checkout, the configuration, and Compose. */
export async function preview(request: CheckoutRequest, options: PreviewOptions): Promise<CheckoutPreview> {
  const { invocation, catalogues, engine, logger } = options;
  const { environment } = invocation;
  const { folder, againstRef, againstFile, againstConfig, placeholders, host } = request;
  const missing = new Set<string>();
  const lacks = placeholders ? (what: string) => void missing.add(what) : undefined;
  const afar = { everyHost: host === undefined, lacks };
  await using checkout = await openCheckout({ folder, logger, environment });
  const read = (file: string, ref = 'HEAD') =>
    loadConfig({
      file,
      host: host ?? invocation.hostName,
      environment,
      catalogues,
      afar,
      strict: true,
      git: gitOf(checkout, ref),
    });
  const config = await read(invocation.configFile, request.ref);
  const isSame = againstConfig === undefined && (againstRef === undefined || config.discoveries.length === 0);
  const before = isSame ? config : await read(againstConfig ?? invocation.configFile, againstRef);
  const redact = redactor([...config.secrets, ...before.secrets]);
  const instance = 'preview';
  const parts = {
    source: checkout,
    engine: engine(instance),
    live: liveFiles({ directory: statePaths(usualState).apps }),
    scratch: await openScratch(),
    clock: systemClock,
    strategies: Object.values(strategies),
    gates: Object.values(gates),
    checks: Object.values(checkKinds),
    redact: (text: string) => redact(text),
    // No digest of it is ever compared with one of a host.
    key: Buffer.from(instance),
    instance,
  };
  const against = await againstOf(againstRef, againstFile);
  const compared = await comparisonsOf({ ...request, against }, { config, before }, checkout);
  const plans = await mapLimit(compared, 4, (comparison) => previewCheckout(comparison, { parts, lacks }));
  return { plans, placeholders: [...missing].sort() };
}

/** Apps are found in the checkout only, at the commit that is looked at. */
const gitOf = (checkout: Checkout, ref: string): ConfigurationGit => ({
  knows: ({ url }) => checkout.url !== undefined && isSameRepository(url, checkout.url),
  async folders(discovery) {
    const commit = await checkout.commitOf(ref);
    const revision = await checkout.fetch(discoveryFollowing(discovery), commit);
    return { newest: { revision, folders: await foundFolders(discovery, commit, checkout) }, kept: undefined };
  },
  text: () => Promise.reject(new HarborError("a checkout is no place of a host's configuration", { code: 'bug' })),
});

async function againstOf(ref: string | undefined, file: string | undefined): Promise<Against> {
  if (ref !== undefined) return { kind: 'ref', name: ref };
  if (file === undefined) return { kind: 'nothing' };
  return { kind: 'deployed', commits: await readDeployed(file), from: file };
}
