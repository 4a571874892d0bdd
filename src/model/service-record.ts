import type { Configured } from './observed.ts';

/** A container as it was found. */
export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  /** Reference that it was made from, where the engine still knows it: `repository:tag@sha256:…`. */
  readonly image: string | undefined;
  /** Engine image id. */
  readonly imageId: string;
}

/** What a service ran before and after a deployment. */
export interface ServiceRecord {
  readonly service: string;
  readonly change: 'create' | 'replace' | 'refresh' | 'start' | 'mend' | 'stop' | 'remove' | 'none';
  /** Sentence for people. */
  readonly because: string | undefined;
  /** What ran before, by digest where the engine knows it and else by its image id; what the release asks for. */
  readonly image: { readonly from: string | undefined; readonly to: string | undefined };
  readonly digest: { readonly from: string | undefined; readonly to: string | undefined };
  /** Engine image id that runs afterwards. */
  readonly imageId: string | undefined;
  readonly containers: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** The containers of `after`, by name and image. Entries of earlier versions have only their ids. */
  readonly ran?: readonly ContainerRecord[];
  /** A one-shot that ran to its end with exit code 0. */
  readonly completed: boolean;
  /** How its containers are configured, where that was looked at anew: what drift is compared with. */
  readonly configured?: Configured;
}

/**
 * What an operation is for. `deploy`: a release that Git asks for. `heal`: what runs left the deployed release. `restore`: back to the deployed
 * release by itself, because a newer one failed or cannot be had. `rollback`: to an earlier release, because a person said so. `adopt`: containers that
 * somebody else started are taken over. `remove`: the app left the configuration.
 */
export type Purpose = 'deploy' | 'heal' | 'restore' | 'rollback' | 'adopt' | 'remove';

/** A container or network that was taken over or given up, by id, because labels cannot be changed on a running one. */
export interface Claim {
  readonly id: string;
  readonly name: string;
  /** Key in the compose file. */
  readonly key: string;
  /** Digest that it stands for, as its label would say. */
  readonly digest: string;
  /** Why it is not what Git declares, and so does not stay. */
  readonly differs?: string;
}
