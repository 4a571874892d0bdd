import { isSameRepository } from '../core/same-repository.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { Checkout } from '../ports.ts';
import type { Comparison, Side } from './checkout-preview.ts';
import { select } from './selection.ts';

/** What a checkout is compared with. */
export type Against =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'ref'; readonly name: string }
  /** Commits that are deployed, by app, and where that was read. */
  | { readonly kind: 'deployed'; readonly commits: ReadonlyMap<string, string>; readonly from: string };

export interface ComparisonRequest {
  /** Empty: those whose repository the checkout is of. */
  readonly apps: readonly string[];
  /** Undefined: what is checked out. */
  readonly ref: string | undefined;
  readonly against: Against;
}

interface Configurations {
  readonly config: HostConfig;
  /** Of what it is compared with. */
  readonly before: HostConfig;
}

/** What is to be compared, app by app. Throws `app-unknown`, `usage` or `ref-missing`. */
export async function comparisonsOf(
  { apps: names, ref = 'HEAD', against }: ComparisonRequest,
  { config, before }: Configurations,
  checkout: Checkout,
): Promise<readonly Comparison[]> {
  const gone = before.apps.filter(({ name }) => !config.declared.includes(name) && !(name in config.elsewhere));
  const leaving = chosen(gone, names, checkout);
  const rest = names.filter((name) => !leaving.some((app) => app.name === name));
  const staying = names.length > 0 && rest.length === 0 ? [] : concerned(config, rest, checkout);
  const commit = await checkout.commitOf(ref);
  const baseCommit = against.kind === 'ref' ? await checkout.commitOf(against.name) : undefined;
  const from = (name: string): Side | undefined => {
    const app = before.apps.find((one) => one.name === name);
    const deployed = against.kind === 'deployed' ? against.commits.get(name) : baseCommit;
    return app && deployed !== undefined ? sideOf(app, deployed, nameOf(against)) : undefined;
  };
  const called = { ref, against: nameOf(against) };
  return [
    ...staying.map((app) => ({ to: sideOf(app, commit, ref), from: from(app.name), ...called })),
    ...leaving.map((app) => ({ to: undefined, from: from(app.name), ...called })),
  ];
}

/** Not what the app follows: what is at hand. */
const sideOf = (app: App, commit: string, name: string): Side => ({
  app: { ...app, ref: { kind: 'commit', name } },
  commit,
});

function nameOf(against: Against): string {
  if (against.kind === 'nothing') return 'nothing: every service counts as new';
  return against.kind === 'ref' ? against.name : `what runs by ${against.from}`;
}

const isOf =
  ({ url }: Checkout) =>
  (app: App): boolean =>
    url !== undefined && isSameRepository(app.repository.url, url);

const chosen = (apps: readonly App[], names: readonly string[], checkout: Checkout): readonly App[] =>
  apps.filter((app) => (names.length > 0 ? names.includes(app.name) : isOf(checkout)(app)));

/** The named apps, whatever their repository is called; else those of this one; else all, if they have one together. */
function concerned(config: HostConfig, names: readonly string[], checkout: Checkout): readonly App[] {
  if (names.length > 0) return select(config, names, []).apps;
  const own = config.apps.filter(isOf(checkout));
  const urls = new Set(config.apps.map(({ repository }) => repository.url));
  if (own.length > 0 || urls.size < 2) return own.length > 0 ? own : config.apps;
  throw new HarborError(
    `no app of ${config.file} has the repository of this checkout, ${checkout.url ?? 'which does not say where it is from'}`,
    { code: 'usage', hint: 'Name the apps that it is for: harbormaster plan --checkout DIR APP' },
  );
}
