import * as real from '../../../../../src/edges/witness/branch.ts';
import { withPoints } from '../../../inside/point.ts';

export const openBranch: typeof real.openBranch = (at, context) =>
  withPoints('witness', real.openBranch(at, context), ['tip', 'read', 'list', 'push']);
