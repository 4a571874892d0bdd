import { foldHistory, historyOf } from '../../src/core/history.ts';
import type { App } from '../../src/model/app.ts';
import type { EntryOf } from '../../src/model/entry.ts';
import type { Hook, HookMoment } from '../../src/model/hook.ts';
import { testApp, testHarbor } from '../support/test-harbor.ts';

/** A hook of the app `shop`, with a minute of time. */
export const hook = (moment: HookMoment, service: string, more: Partial<Hook> = {}): Hook => ({
  moment,
  service,
  limit: 60_000,
  irreversible: false,
  ...more,
});

export const migrate = hook('pre_deploy', 'migrate');
export const warmUp = hook('post_deploy', 'warm-up');
export const tell = hook('on_failure', 'tell');
export const backup = hook('pre_remove', 'backup');

/** Every job is declared; which of them are run, the app's hooks say. */
export const shop = (version: number | string, more: object = {}) => ({
  services: {
    web: { image: `web:${version}` },
    migrate: { image: `migrate:${version}`, profiles: ['hooks'] },
    'warm-up': { image: 'warm-up:1', profiles: ['hooks'] },
    tell: { image: 'tell:1', profiles: ['hooks'] },
    backup: { image: 'backup:1', profiles: ['hooks'] },
    ...more,
  },
});

/** A Harbor with one app and these hooks of it. The image `web:bad` never gets healthy. */
export async function harborWith(hooks: readonly Hook[], more: Partial<App> = {}) {
  const harbor = await testHarbor({ apps: [testApp({ hooks, ...more })], model: shop(1) });
  harbor.engine.byImage = (image) => (image === 'web:bad' ? { health: 'unhealthy' } : {});
  const history = () => historyOf(foldHistory(harbor.log.written), 'shop');
  const { performed } = harbor.engine;
  return {
    ...harbor,
    history,
    /** What was done since the last time that somebody asked, without pulls. */
    done: () => performed.splice(0).filter((act) => !act.startsWith('pull ')),
    /** What was run of hooks: those that were started, by the name of their containers. */
    runs: () =>
      harbor.log.written.flatMap((entry) => (entry.kind === 'hook-begun' ? [`${entry.moment} ${entry.service}`] : [])),
    last: () => harbor.log.written.findLast((entry): entry is EntryOf<'finished'> => entry.kind === 'finished'),
    web: () =>
      harbor.engine.containers.flatMap(({ service, imageId }) =>
        service === 'web' ? [imageId.replace('id-of-', '').replace(/@.*$/, '')] : [],
      ),
  };
}

export type Shop = Awaited<ReturnType<typeof harborWith>>;

export const applied = [{ kind: 'applied' }];
