import { engineContract } from '../../contracts/engine.ts';
import { sketchRelease } from '../../contracts/engine-release.ts';
import { FakeEngine } from '../../support/fake-engine.ts';

engineContract('the fake', async () => {
  const sketch = { project: 'shop', instance: 'test' };
  return {
    ...sketch,
    engine: new FakeEngine(),
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
