import * as real from '../../../../../src/edges/engines/engine.ts';
import { withPoints } from '../../../inside/point.ts';

export const composeEngine: typeof real.composeEngine = (options) =>
  withPoints('engine', real.composeEngine(options), [
    ...(['pull', 'build', 'untag', 'prepare', 'discard', 'exec', 'create', 'replace', 'mend', 'start'] as const),
    ...(['restart', 'signal', 'stop', 'remove', 'removeNetwork', 'sweep'] as const),
  ]);
