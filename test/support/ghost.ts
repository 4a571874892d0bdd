import { randomBytes } from 'node:crypto';
import { composeLabels } from '../../src/edges/engines/api/container-words.ts';
import type { EngineRig } from './engine-rig.ts';

/**
 * Makes the engine list a container of a service for ever that it has removed, and gives its id: it is renamed again and again while it is removed. Of ten
 * such races an engine of version 20.10 loses three.
 */
export async function ghost({ api, prefix, ...rig }: EngineRig, image: string, project: string, service: string) {
  const labels = { [composeLabels.project]: project, [composeLabels.service]: service, [composeLabels.number]: '1' };
  const name = () => `${prefix}-${randomBytes(6).toString('hex')}`;
  for (let tries = 0; tries < 60; tries += 1) {
    const options = { Image: image, Labels: { ...labels, [composeLabels.oneOff]: 'False' }, NetworkDisabled: true };
    const headers = { 'content-type': 'application/json' };
    const path = `/containers/create?name=${name()}`;
    const made = await api.send({ method: 'POST', path, headers, body: JSON.stringify(options) });
    const { Id: id } = JSON.parse(made.body.toString()) as { Id: string };
    let gone = false;
    const rename = async (): Promise<void> => {
      while (!gone)
        await api.send({ method: 'POST', path: `/containers/${id}/rename?name=${name()}`, accept: [404, 409, 500] });
    };
    const remove = api.send({ method: 'DELETE', path: `/containers/${id}?force=1`, accept: [404, 409, 500] });
    await Promise.all([rename(), rename(), rename(), remove.finally(() => (gone = true))]);
    // Where the removal has failed, the next one succeeds.
    await rig.rm(id);
    const listed = (await api.json({ method: 'GET', path: '/containers/json', query: { all: '1' } })) as {
      Id: string;
    }[];
    if (listed.some(({ Id }) => Id === id)) return id;
  }
  throw new Error('the engine has removed every container as it should');
}
