import { describe, expect, test } from 'vitest';
import type { ObservedContainer } from '../../src/model/observed.ts';
import type { Engine, StoredRelease } from '../../src/ports.ts';

export interface EngineContractRig extends AsyncDisposable {
  readonly engine: Engine;
  readonly project: string;
  readonly instance: string;
  /** A release of `project` on disk: services that run until they are stopped. */
  stored(services: readonly string[]): Promise<StoredRelease>;
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

    test('does not know an image that was never there', async () => {
      await using rig = await open();
      expect(await rig.engine.image('harbormaster.invalid/none:1')).toBeUndefined();
    });
  });
}

async function containersOf({ engine, project }: EngineContractRig): Promise<readonly ObservedContainer[]> {
  const { containers } = await engine.observe();
  const own = containers.filter((container) => container.project === project);
  return own.toSorted((left, right) => (left.service ?? '').localeCompare(right.service ?? ''));
}
