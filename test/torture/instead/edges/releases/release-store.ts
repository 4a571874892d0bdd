import * as real from '../../../../../src/edges/releases/release-store.ts';
import { withPoints } from '../../../inside/point.ts';

export const releaseStore: typeof real.releaseStore = (options) =>
  withPoints('releases', real.releaseStore(options), ['save', 'files', 'prune']);
