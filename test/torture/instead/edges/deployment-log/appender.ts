import { appendFileSync } from 'node:fs';
import * as real from '../../../../../src/edges/deployment-log/appender.ts';
import { die, due, told } from '../../../inside/point.ts';

/** Dies when only the first half of the bytes is written, as a power cut may have it. */
export const openAppender: typeof real.openAppender = async (path, size) => {
  const appender = await real.openAppender(path, size);
  return {
    ...appender,
    append: async (bytes) => {
      const kill = due('line');
      told({ begun: 'line', at: Date.now() });
      if (kill?.when === 'torn') {
        appendFileSync(path, bytes.subarray(0, bytes.length / 2));
        die('line');
      }
      await appender.append(bytes);
    },
    [Symbol.asyncDispose]: () => appender[Symbol.asyncDispose](),
  };
};
