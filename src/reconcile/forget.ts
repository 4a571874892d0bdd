import { HarborError } from '../errors.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Noted } from './harbor.ts';
import { letGo, ownedBy } from './let-go.ts';
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
  context: Pick<Context, 'engine' | 'journal' | 'instance'>,
): Promise<Noted> {
  const owned = await ownedBy({ name, project }, context);
  const { containers, networks } = owned;
  const isOurs = containers.length + networks.length > 0 || context.journal.of(name)?.applied !== undefined;
  if (!isOurs) {
    throw new HarborError(`nothing of ${name} is ours: there is nothing to forget`, {
      code: 'usage',
      hint: isDeclared ? `To be rid of it, take apps.${name} out of the configuration.` : undefined,
    });
  }
  const entry = await letGo(name, owned, { trigger, reason }, context);
  const left =
    containers.length === 0
      ? 'nothing of it is left here'
      : `${containers.map((one) => one.name).join(', ')} ${containers.length === 1 ? 'stays as it is, and is' : 'stay as they are, and are'} no longer ours`;
  return {
    app: name,
    entry,
    summary: `${name} is forgotten: ${left}. ${whatNow(name, isDeclared, containers.length > 0)}`,
  };
}

function whatNow(name: string, isDeclared: boolean, isThere: boolean): string {
  if (!isDeclared) return `Its volumes and its data stay, too.`;
  const next = isThere ? 'the next pass is blocked, because they are in its way' : 'the next pass deploys it anew';
  const back = isThere ? `, or take it over again: harbormaster adopt ${name}` : '';
  return `It is still in the configuration: ${next}. Take apps.${name} out${back}.`;
}
