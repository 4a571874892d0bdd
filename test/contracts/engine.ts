import { describe, expect, test } from 'vitest';
import type { EngineEvent, ObservedContainer } from '../../src/model/observed.ts';
import type { Engine, Job, StoredRelease } from '../../src/ports.ts';

export interface EngineContractRig extends AsyncDisposable {
  readonly engine: Engine;
  readonly project: string;
  readonly instance: string;
  /** A release of `project` on disk: services that run until they are stopped. */
  stored(services: readonly string[]): Promise<StoredRelease>;
  /** A model of `project` in which a service of this name ends at once with exit code 0, for `prepare`. */
  jobModel(name: string): Promise<string>;
  /** Pauses a container, as a person would. */
  pause(id: string): Promise<void>;
}

/** What every engine promises; run on the fake and on the real thing. */
export function engineContract(name: string, open: () => Promise<EngineContractRig>): void {
  describe(`${name} as an engine`, () => {
    test('makes just the named services, with our labels on them', async () => {
      await using rig = await open();
      await rig.engine.create(await rig.stored(['api', 'db', 'web']), ['web', 'db']);
      expect(await containersOf(rig)).toMatchObject([
        { service: 'db', state: 'running', instance: rig.instance, app: rig.project, project: rig.project },
        { service: 'web', state: 'running', instance: rig.instance, app: rig.project, project: rig.project },
      ]);
    });

    test('replaces just the named service; the others keep their containers', async () => {
      await using rig = await open();
      const stored = await rig.stored(['db', 'web']);
      await rig.engine.create(stored, ['db', 'web']);
      const [dbBefore, webBefore] = await containersOf(rig);
      await rig.engine.replace(stored, ['web']);
      const [dbAfter, webAfter] = await containersOf(rig);
      expect(dbAfter?.id).toBe(dbBefore?.id);
      expect(webAfter?.id).not.toBe(webBefore?.id);
      expect(webAfter).toMatchObject({ state: 'running', name: webBefore?.name });
    });

    test('stops and starts a container without making another', async () => {
      await using rig = await open();
      await rig.engine.create(await rig.stored(['web']), ['web']);
      const [made] = await containersOf(rig);
      await rig.engine.stop([made!.id]);
      expect(await containersOf(rig)).toMatchObject([{ id: made!.id, state: 'exited' }]);
      await rig.engine.start([made!.id]);
      expect(await containersOf(rig)).toMatchObject([{ id: made!.id, state: 'running' }]);
    });

    test('removes just these containers, and takes it calmly if one is gone already', async () => {
      await using rig = await open();
      await rig.engine.create(await rig.stored(['db', 'web']), ['db', 'web']);
      const [db, web] = await containersOf(rig);
      await rig.engine.remove([web!.id]);
      await rig.engine.remove([web!.id]);
      expect(await containersOf(rig)).toMatchObject([{ id: db!.id, state: 'running' }]);
    });

    test('leaves containers out of an inspection that are gone', async () => {
      await using rig = await open();
      await rig.engine.create(await rig.stored(['web']), ['web']);
      const [web] = await containersOf(rig);
      expect(await rig.engine.inspect(['gone', web!.id])).toMatchObject([
        { id: web!.id, service: 'web', state: 'running', imageId: web!.imageId, digest: web!.digest, restarts: 0 },
      ]);
    });

    test('tells how containers are configured, without those that are gone', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      expect(await rig.engine.configurations(['gone', web.id])).toEqual([
        { id: web.id, fields: expect.objectContaining({ [networkField(rig)]: '{"aliases":["web"]}' }) },
      ]);
    });

    test('wakes a container that is paused; one that runs it leaves alone', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      await rig.pause(web.id);
      expect(await containersOf(rig)).toMatchObject([{ id: web.id, state: 'paused' }]);
      for (let time = 1; time <= 2; time += 1) {
        await rig.engine.mend({ kind: 'unpause', container: web });
        expect(await containersOf(rig)).toMatchObject([{ id: web.id, state: 'running' }]);
      }
    });

    test('gives a container another name, once', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      const before = await fieldsOf(rig, web);
      for (const to of [`${web.name}-other`, `${web.name}-other`, web.name]) {
        await rig.engine.mend({ kind: 'rename', container: web, to });
        expect(await containersOf(rig)).toMatchObject([{ id: web.id, name: to, state: 'running' }]);
        expect(await fieldsOf(rig, web)).toEqual(before);
      }
    });

    test('takes a container out of a network, and puts it back as it was', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      const before = await fieldsOf(rig, web);
      const { [networkField(rig)]: attachment = '', ...detached } = before;
      const network = networkField(rig).replace('networks.', '');
      for (let time = 1; time <= 2; time += 1) {
        await rig.engine.mend({ kind: 'disconnect', container: web, network });
        expect(await fieldsOf(rig, web)).toEqual(detached);
      }
      for (let time = 1; time <= 2; time += 1) {
        await rig.engine.mend({ kind: 'connect', container: web, network, attachment });
        expect(await fieldsOf(rig, web)).toEqual(before);
      }
    });

    test('sets limits and restart policy, and takes back what can be taken back', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      const before = await fieldsOf(rig, web);
      const fields = { restart: 'on-failure:3', 'limits.pids': '100' };
      for (let time = 1; time <= 2; time += 1) {
        await rig.engine.mend({ kind: 'update', container: web, fields });
        expect(await fieldsOf(rig, web)).toEqual({ ...before, ...fields });
      }
      await rig.engine.mend({ kind: 'update', container: web, fields: { restart: null, 'limits.pids': null } });
      expect(await fieldsOf(rig, web)).toEqual(before);
      expect(await containersOf(rig)).toMatchObject([{ id: web.id, state: 'running' }]);
    });

    test('tells that it listens, and ends at the signal', async () => {
      await using rig = await open();
      const aborter = new AbortController();
      const told: EngineEvent[] = [];
      const following = rig.engine.events((event) => void told.push(event), aborter.signal);
      await expect.poll(() => told[0]).toEqual({ kind: 'connected' });
      aborter.abort();
      expect(await following).toBeUndefined();
    });

    test('neither pulls nor builds what is no longer wanted', async () => {
      await using rig = await open();
      const pinned = `harbormaster.invalid/none@sha256:${'0'.repeat(64)}`;
      const pin = { requested: pinned, pinned, platformDigest: undefined, resolvedAt: '', from: 'registry' } as const;
      const signal = AbortSignal.abort();
      await expect(rig.engine.pull(pin, 'harbormaster.invalid/keep:1', signal)).rejects.toMatchObject({
        code: 'interrupted',
      });
      const build = { project: rig.project, service: 'web', tag: 'harbormaster.invalid/built:1', section: {} };
      await expect(rig.engine.build(build, signal)).rejects.toMatchObject({ code: 'interrupted' });
    });

    test('makes the container of a job without starting it, and leaves other containers alone', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      const id = await rig.engine.prepare(await jobOf(rig, 'job-1'));
      const [job] = (await containersOf(rig)).filter((container) => container.id === id);
      expect(job).toMatchObject({
        name: `${rig.project}-job-1`,
        job: 'check',
        state: 'created',
        instance: rig.instance,
      });
      expect(await rig.engine.inspect([id])).toMatchObject([{ id, state: 'created', startedAt: 0 }]);
      expect((await containersOf(rig)).filter(({ id: other }) => other !== id)).toEqual([web]);
    });

    test('runs a job to its end, beside an earlier run of the same', async () => {
      await using rig = await open();
      await rig.engine.create(await rig.stored(['web']), ['web']);
      const before = await rig.engine.prepare(await jobOf(rig, 'job-1'));
      const id = await rig.engine.prepare(await jobOf(rig, 'job-2'));
      await rig.engine.start([id]);
      await expect.poll(async () => (await rig.engine.inspect([id]))[0]?.state).toBe('exited');
      expect(await rig.engine.inspect([before, id])).toMatchObject([
        { state: 'created' },
        { state: 'exited', exitCode: 0, startedAt: expect.any(Number) },
      ]);
      expect((await rig.engine.inspect([id]))[0]?.startedAt).toBeGreaterThan(0);
    });

    test('discards a container that does not run, and no other', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      expect(await rig.engine.discard(web.id)).toBe(false);
      expect(await containersOf(rig)).toMatchObject([{ id: web.id, state: 'running' }]);
      const id = await rig.engine.prepare(await jobOf(rig, 'job-1'));
      expect(await rig.engine.discard(id)).toBe(true);
      expect(await rig.engine.inspect([id])).toEqual([]);
    });

    test('tells where those containers can be reached that run', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      expect(await rig.engine.reach(['gone', web.id])).toMatchObject([
        { id: web.id, name: web.name, addresses: [expect.any(String)] },
      ]);
      await rig.engine.stop([web.id]);
      expect(await rig.engine.reach([web.id])).toEqual([]);
    });

    test('runs a command in a container', async () => {
      await using rig = await open();
      const web = await madeWeb(rig);
      const limits = { limit: 10_000, signal: new AbortController().signal };
      expect(await rig.engine.exec(web.id, ['true'], limits)).toEqual({ exitCode: 0, output: '' });
    });

    test('does not know an image that was never there', async () => {
      await using rig = await open();
      expect(await rig.engine.image('harbormaster.invalid/none:1')).toBeUndefined();
    });
  });
}

const jobOf = async ({ project, jobModel }: EngineContractRig, service: string): Promise<Job> => ({
  project,
  service,
  model: await jobModel(service),
  environment: {},
});

async function containersOf({ engine, project }: EngineContractRig): Promise<readonly ObservedContainer[]> {
  const { containers } = await engine.observe();
  const own = containers.filter((container) => container.project === project);
  return own.toSorted((left, right) => (left.service ?? '').localeCompare(right.service ?? ''));
}

const networkField = ({ project }: EngineContractRig): string => `networks.${project}_default`;

async function madeWeb(rig: EngineContractRig): Promise<ObservedContainer> {
  await rig.engine.create(await rig.stored(['web']), ['web']);
  const [web] = await containersOf(rig);
  return web!;
}

async function fieldsOf({ engine }: EngineContractRig, { id }: ObservedContainer) {
  const [found] = await engine.configurations([id]);
  return found!.fields;
}
