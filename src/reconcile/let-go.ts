import { ownContainers } from '../core/ownership.ts';
import type { Claim } from '../model/service-record.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Context } from './pass.ts';

interface Owned {
  readonly containers: readonly Claim[];
  readonly networks: readonly Claim[];
}

type Said = Pick<Context, 'engine' | 'journal' | 'instance'>;

/** An app's containers and networks, as the log names what is no longer ours. */
export async function ownedBy(
  app: { readonly name: string; readonly project: string },
  { engine, instance }: Said,
): Promise<Owned> {
  const containers = ownContainers(await engine.observe(), app, instance).map((container) => ({
    id: container.id,
    name: container.name,
    key: container.service ?? container.name,
    digest: container.digest ?? '',
  }));
  const networks = (await engine.networks(app.project))
    .filter((network) => network.instance === instance)
    .map((network) => ({
      id: network.id,
      name: network.name,
      key: network.key ?? network.name,
      digest: network.digest ?? '',
    }));
  return { containers, networks };
}

/** Written down, and nothing else: they stay as they are. Gives the entry's number. */
export async function letGo(
  app: string,
  owned: Owned,
  { trigger, reason }: { readonly trigger: Trigger; readonly reason: string | undefined },
  { journal }: Said,
): Promise<number> {
  return (await journal.record({ kind: 'forgotten', app, trigger, reason, ...owned })).seq;
}
