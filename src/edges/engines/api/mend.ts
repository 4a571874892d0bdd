import { HarborError } from '../../../errors.ts';
import type { ContainerRef, Mend } from '../../../model/mend.ts';
import { endpointOf } from './attachment.ts';
import { type EngineApi, segment } from './client.ts';
import { configurationOf } from './configuration.ts';
import { inspectContainer } from './inspect.ts';
import { renameContainer } from './lifecycle.ts';
import { updateBody } from './limits.ts';

type Of<K extends Mend['kind']> = Extract<Mend, { readonly kind: K }>;
type Fields = Readonly<Record<string, string>>;

/** Does the repair, unless it is done already, and looks whether the engine did it: it says yes to some updates and leaves all as it was. */
export async function mendContainer(api: EngineApi, mend: Mend): Promise<void> {
  switch (mend.kind) {
    case 'unpause':
      return await unpause(api, mend);
    case 'rename':
      return await rename(api, mend);
    case 'connect':
      return await connect(api, mend);
    case 'disconnect':
      return await disconnect(api, mend);
    case 'update':
      return await update(api, mend);
    default:
      return mend satisfies never;
  }
}

async function unpause(api: EngineApi, { container }: Of<'unpause'>): Promise<void> {
  const found = (await inspectContainer(api, container.id)) ?? gone(container);
  if (found.State.Status === 'paused') await post(api, `/containers/${segment(container.id)}/unpause`);
}

async function rename(api: EngineApi, { container, to }: Of<'rename'>): Promise<void> {
  const found = (await inspectContainer(api, container.id)) ?? gone(container);
  if (found.Name !== `/${to}`) await renameContainer(api, container.id, to);
}

/** One that is attached in another way is attached anew. */
async function connect(api: EngineApi, { container, network, attachment }: Of<'connect'>): Promise<void> {
  const field = `networks.${network}`;
  const endpoint = endpointOf(attachment);
  const before = (await fieldsOf(api, container))[field];
  if (before === attachment) return;
  if (before !== undefined) await leave(api, container, network);
  await post(api, `/networks/${segment(network)}/connect`, { Container: container.id, EndpointConfig: endpoint });
  await insist(api, container, { [field]: attachment });
}

async function disconnect(api: EngineApi, { container, network }: Of<'disconnect'>): Promise<void> {
  const attached = (await fieldsOf(api, container))[`networks.${network}`];
  if (attached !== undefined) await leave(api, container, network);
}

const leave = (api: EngineApi, container: ContainerRef, network: string) =>
  post(api, `/networks/${segment(network)}/disconnect`, { Container: container.id });

async function update(api: EngineApi, { container, fields }: Of<'update'>): Promise<void> {
  const before = await fieldsOf(api, container);
  const changed = Object.fromEntries(differing(before, fields));
  if (Object.keys(changed).length === 0) return;
  const body = updateBody(withSwap(changed, before));
  await post(api, `/containers/${segment(container.id)}/update`, body);
  await insist(api, container, changed);
}

/** The engine refuses to change the memory of a container without limit of swap, unless that is said again. */
const withSwap = (changed: Of<'update'>['fields'], { 'limits.memory_swap': swap }: Fields): Of<'update'>['fields'] =>
  typeof changed['limits.memory'] === 'string' && swap !== undefined
    ? { 'limits.memory_swap': swap, ...changed }
    : changed;

/** Throws `engine-refused` unless the container is as it should be now. */
async function insist(api: EngineApi, container: ContainerRef, wanted: Of<'update'>['fields']): Promise<void> {
  const found = await fieldsOf(api, container);
  const [wrong] = differing(found, wanted);
  if (wrong === undefined) return;
  const [field, value] = wrong;
  const still = `${field} of container ${container.name} is ${found[field] ?? 'at its default'}`;
  throw new HarborError(`${still}, though the engine was asked for ${value ?? 'the default'} and did not refuse`, {
    code: 'engine-refused',
    hint: 'Replace the container instead: the host may not support this setting.',
  });
}

const differing = (found: Fields, wanted: Of<'update'>['fields']) =>
  Object.entries(wanted).filter(([field, value]) => (found[field] ?? null) !== value);

async function fieldsOf(api: EngineApi, container: ContainerRef): Promise<Fields> {
  return ((await configurationOf(api, container.id)) ?? gone(container)).fields;
}

function gone({ name }: ContainerRef): never {
  throw new HarborError(`the container ${name} is gone`, {
    code: 'engine-refused',
    hint: 'Somebody removed it meanwhile; the next pass makes it again.',
  });
}

async function post(api: EngineApi, path: string, body?: object): Promise<void> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  await api.send({ method: 'POST', path, ...json });
}
