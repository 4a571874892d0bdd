import { generally, mostReplicas } from '../core/policy.ts';
import { presets } from '../core/presets.ts';
import type { Gate } from '../model/verdict.ts';

/** One line in a repository must not fill the host with containers. */
export const replicas: Gate = {
  name: 'replicas',
  judge: ({ release, app: { policy } }) =>
    release.services
      .filter((service) => service.replicas > presets.strict.replicas)
      .map((service) => {
        const reason = `runs ${service.replicas} containers`;
        const isAllowed = service.replicas <= mostReplicas(policy);
        const isOwn = service.replicas > policy.general.replicas;
        const by = isOwn ? `${policy.place}.replicas` : generally(policy, 'replicas');
        return {
          gate: 'replicas',
          ruling: isAllowed ? 'allow' : 'deny',
          service: service.name,
          reason: isAllowed ? `${reason} (allowed by ${by})` : `${reason}, and ${mostReplicas(policy)} are allowed`,
          lift: isAllowed ? undefined : `${policy.place}.replicas: ${most(release.services)}`,
        };
      }),
};

const most = (services: readonly { readonly replicas: number }[]): number =>
  Math.max(...services.map(({ replicas: wanted }) => wanted));
