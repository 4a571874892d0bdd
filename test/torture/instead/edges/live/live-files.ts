import * as real from '../../../../../src/edges/live/live-files.ts';
import { withPoints } from '../../../inside/point.ts';

export const liveFiles: typeof real.liveFiles = (options) =>
  withPoints('live', real.liveFiles(options), ['write', 'tidy']);
