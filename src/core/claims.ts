import type { AppHistory, HostSnapshot } from '../model/history.ts';
import type { ContainerReport, LastStart, Observed, ObservedContainer, ObservedNetwork } from '../model/observed.ts';
import type { Claim } from '../model/service-record.ts';
import { namesByHome } from './names.ts';

/** Whose a container or network is besides what its labels say: labels cannot be changed on what exists, so the log has the last word. */
export interface Claims {
  readonly adopted: ReadonlyMap<string, Claim & { readonly app: string }>;
  readonly forgotten: ReadonlySet<string>;
  /** What containers are at since changed content was brought to them: one digest, or several of which it may be any. */
  readonly refreshed: ReadonlyMap<string, readonly string[]>;
  /** Since when what is started reads files of another release, by container; milliseconds since the epoch. */
  readonly exposed: ReadonlyMap<string, number>;
  /** Names that apps have now, by what the labels of before call them. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly instance: string;
}

/** `atWork`: intents that this process performs now. */
export function claimsOf(
  { apps, forgotten, names }: HostSnapshot,
  instance: string,
  atWork: ReadonlySet<number> = new Set(),
): Claims {
  const adopted = Object.entries(apps).flatMap(([app, { adopted: claims }]) =>
    [...claims.containers, ...claims.networks].map((claim) => [claim.id, { ...claim, app }] as const),
  );
  const refreshed = Object.values(apps).flatMap((history) => refreshedIn(history, atWork));
  const exposed = Object.values(apps).flatMap((history) => history.exposed ?? []);
  return {
    exposed: new Map(exposed.map(({ id, since }) => [id, Date.parse(since)])),
    adopted: new Map(adopted),
    forgotten: new Set(forgotten),
    refreshed: new Map(refreshed),
    renamed: namesByHome({ names }),
    instance,
  };
}

/** Whoever performs an operation knows how far it got: what it is about to bring to a container counts. */
function refreshedIn({ refreshed = [], open }: AppHistory, atWork: ReadonlySet<number>) {
  const under = open !== undefined && atWork.has(open.seq) ? (open.refreshes ?? []) : [];
  return refreshed.map(({ id, digests }): [string, readonly string[]] => {
    const to = under.find((one) => one.id === id)?.to;
    return [id, to === undefined ? digests : [to]];
  });
}

const none = ({ adopted, forgotten, refreshed, renamed }: Claims): boolean =>
  [adopted, forgotten, refreshed, renamed].every(({ size }) => size === 0);

export function claimObserved(observed: Observed, claims: Claims): Observed {
  if (none(claims)) return observed;
  return {
    containers: observed.containers.map((container) => refreshedContainer(claimContainer(container, claims), claims)),
  };
}

function refreshedContainer(container: ObservedContainer, { refreshed }: Claims): ObservedContainer {
  const digests = refreshed.get(container.id);
  if (digests === undefined) return container;
  return digests.length === 1
    ? { ...container, digest: digests[0] }
    : { ...container, digest: undefined, unsettled: digests };
}

function claimContainer(container: ObservedContainer, claims: Claims): ObservedContainer {
  const claim = claims.adopted.get(container.id);
  if (claim) {
    const { app, digest, key, differs } = claim;
    const ours = { ...container, instance: claims.instance, app, digest, service: key, adopted: true };
    return differs === undefined ? ours : { ...ours, differs };
  }
  if (claims.forgotten.has(container.id)) return { ...container, instance: undefined, app: undefined };
  const name =
    container.app !== undefined && container.instance === claims.instance && claims.renamed.get(container.app);
  return name ? { ...container, app: name } : container;
}

/** Those of which only the time of their last start tells whether they read files of another release. */
export const doubtful = (observed: Observed, { exposed }: Claims): readonly string[] =>
  exposed.size === 0 ? [] : observed.containers.flatMap(({ id }) => (exposed.has(id) ? [id] : []));

/** The containers, with what the last starts of doubtful ones tell: one of which nobody knows counts as started just now. */
export function withMisread(observed: Observed, starts: readonly LastStart[], { exposed }: Claims): Observed {
  const isMisread = ({ id, startedAt = Number.POSITIVE_INFINITY }: LastStart): boolean =>
    startedAt >= (exposed.get(id) ?? Number.POSITIVE_INFINITY);
  const misread = new Set(starts.filter(isMisread).map(({ id }) => id));
  return {
    containers: observed.containers.map((container) =>
      misread.has(container.id) ? { ...container, misread: true } : container,
    ),
  };
}

export function claimReports(reports: readonly ContainerReport[], claims: Claims): readonly ContainerReport[] {
  if (none(claims)) return reports;
  return reports.map((report) => {
    const claim = claims.adopted.get(report.id);
    if (claim) return { ...report, digest: claim.digest, service: claim.key };
    const digests = claims.refreshed.get(report.id);
    return digests ? { ...report, digest: digests.length === 1 ? digests[0] : undefined } : report;
  });
}

export function claimNetworks(networks: readonly ObservedNetwork[], claims: Claims): readonly ObservedNetwork[] {
  if (none(claims)) return networks;
  return networks.map((network) => {
    const claim = claims.adopted.get(network.id);
    if (claim) return { ...network, instance: claims.instance, digest: claim.digest, key: claim.key };
    return claims.forgotten.has(network.id) ? { ...network, instance: undefined } : network;
  });
}
