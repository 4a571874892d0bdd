import { ownContainers } from '../core/ownership.ts';
import type { Trigger } from '../model/entry.ts';
import type { Noted } from './harbor.ts';
import type { Context } from './pass.ts';

interface Forgotten {
  readonly name: string;
  readonly project: string;
  /** It is still in the configuration. */
  readonly isDeclared: boolean;
}

/** Writes down that an app's containers and networks are not ours any more. Touches nothing; what is on disk stays, too. */
export async function forget(
  { name, project, isDeclared }: Forgotten,
  reason: string | undefined,
  trigger: Trigger,
  { engine, journal, instance }: Pick<Context, 'engine' | 'journal' | 'instance'>,
): Promise<Noted> {
  const own = ownContainers(await engine.observe(), { name, project }, instance);
  const containers = own.map((container) => ({
    id: container.id,
    name: container.name,
    key: container.service ?? container.name,
    digest: container.digest ?? '',
  }));
  const networks = (await engine.networks(project))
    .filter((network) => network.instance === instance)
    .map((network) => ({
      id: network.id,
      name: network.name,
      key: network.key ?? network.name,
      digest: network.digest ?? '',
    }));
  const { seq } = await journal.record({ kind: 'forgotten', app: name, trigger, reason, containers, networks });
  const running =
    containers.length === 0
      ? 'nothing of it runs'
      : `${containers.map((one) => one.name).join(', ')} ${containers.length === 1 ? 'keeps' : 'keep'} running, and ${containers.length === 1 ? 'is' : 'are'} nobody's`;
  const still = isDeclared
    ? ` It is still in the configuration: take it out, or take it over again with \`harbormaster adopt ${name}\`.`
    : '';
  return { app: name, entry: seq, summary: `${name} is forgotten: ${running}.${still}` };
}
