import { basename } from 'node:path';
import * as real from '../../../../src/edges/durable.ts';
import { point } from '../../inside/point.ts';

export { besideOf, makeFolder, syncFolder } from '../../../../src/edges/durable.ts';

/** Without what is another one each time. */
const nameOf = (path: string): string =>
  `file ${basename(path)
    .replace(/\d{12}/, 'N')
    .replace(/[0-9a-f]{12,}/g, 'ID')}`;

export const replaceFile: typeof real.replaceFile = (path, content, mode) =>
  point(`${nameOf(path)} replaced`, () => real.replaceFile(path, content, mode));

export const writeNew: typeof real.writeNew = (path, content, mode) =>
  point(`${nameOf(path)} written`, () => real.writeNew(path, content, mode));
