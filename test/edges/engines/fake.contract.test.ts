import { labels } from '../../../src/core/labels.ts';
import { engineContract } from '../../contracts/engine.ts';
import { sketchRelease } from '../../contracts/engine-release.ts';
import { FakeEngine } from '../../support/fake-engine.ts';

engineContract('the fake', async () => {
  const sketch = { project: 'shop', instance: 'test' };
  const engine = new FakeEngine();
  return {
    ...sketch,
    engine,
    pause: async (id) => {
      engine.containers = engine.containers.map((found) => (found.id === id ? { ...found, state: 'paused' } : found));
    },
    jobModel: async (name) => {
      const stamped = { [labels.instance]: 'test', [labels.app]: 'shop', [labels.job]: 'check' };
      return JSON.stringify({ services: { [name]: { container_name: `shop-${name}`, labels: stamped } } });
    },
    stored: async (services) => ({
      file: '/none',
      release: sketchRelease({
        ...sketch,
        services: Object.fromEntries(services.map((name) => [name, { image: 'idle' }])),
      }),
    }),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
