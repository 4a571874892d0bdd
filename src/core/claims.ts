import type { Claim, HostSnapshot } from '../model/entry.ts';
import type { ContainerReport, Observed, ObservedContainer, ObservedNetwork } from '../model/observed.ts';

/** Whose a container or network is besides what its labels say: labels cannot be changed on what exists, so the log has the last word. */
export interface Claims {
  readonly adopted: ReadonlyMap<string, Claim & { readonly app: string }>;
  readonly forgotten: ReadonlySet<string>;
  readonly instance: string;
}

export function claimsOf({ apps, forgotten }: HostSnapshot, instance: string): Claims {
  const adopted = Object.entries(apps).flatMap(([app, { adopted: claims }]) =>
    [...claims.containers, ...claims.networks].map((claim) => [claim.id, { ...claim, app }] as const),
  );
  return { adopted: new Map(adopted), forgotten: new Set(forgotten), instance };
}

const none = ({ adopted, forgotten }: Claims): boolean => adopted.size === 0 && forgotten.size === 0;

export function claimObserved(observed: Observed, claims: Claims): Observed {
  if (none(claims)) return observed;
  return { containers: observed.containers.map((container) => claimContainer(container, claims)) };
}

function claimContainer(container: ObservedContainer, claims: Claims): ObservedContainer {
  const claim = claims.adopted.get(container.id);
  if (claim) {
    const { app, digest, key, differs } = claim;
    const ours = { ...container, instance: claims.instance, app, digest, service: key, adopted: true };
    return differs === undefined ? ours : { ...ours, differs };
  }
  return claims.forgotten.has(container.id) ? { ...container, instance: undefined, app: undefined } : container;
}

export function claimReports(reports: readonly ContainerReport[], { adopted }: Claims): readonly ContainerReport[] {
  if (adopted.size === 0) return reports;
  return reports.map((report) => {
    const claim = adopted.get(report.id);
    return claim ? { ...report, digest: claim.digest, service: claim.key } : report;
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
