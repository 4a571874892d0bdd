import { basename } from 'node:path';
import * as real from '../../../../../src/edges/deployment-log/remove-file.ts';
import { point } from '../../../inside/point.ts';

export const removeFile: typeof real.removeFile = (path, marks) =>
  point(`file ${basename(path).replace(/\d{12}/, 'N')} removed`, () => real.removeFile(path, marks));
