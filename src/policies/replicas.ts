import { generally, mostReplicas } from '../core/policy.ts';
import { presets } from '../core/presets.ts';
import type { Gate, Verdict } from '../model/verdict.ts';

/** One line in a repository must not fill the host with containers. */
export const replicas: Gate = {
  name: 'replicas',
  judge: ({ release, app: { policy } }) =>
    release.services
      .filter((service) => service.replicas > presets.strict.replicas)
      .map((service): Verdict => {
        const reason = `runs ${service.replicas} containers`;
        const about = { gate: 'replicas', service: service.name };
        const isAllowed = service.replicas <= mostReplicas(policy);
        const isOwn = service.replicas > policy.general.replicas;
        const by = isOwn ? `${policy.place}.replicas` : generally(policy, 'replicas');
        return isAllowed
          ? { ...about, ruling: 'allow', reason: `${reason} (allowed by ${by})`, lift: undefined }
          : {
              ...about,
              ruling: 'deny',
              reason: `${reason}, and ${mostReplicas(policy)} are allowed`,
              lift: `${policy.place}.replicas: ${most(release.services)}`,
            };
      }),
};

const most = (services: readonly { readonly replicas: number }[]): number =>
  Math.max(...services.map(({ replicas: wanted }) => wanted));
