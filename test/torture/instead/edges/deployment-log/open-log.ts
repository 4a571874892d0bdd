import * as real from '../../../../../src/edges/deployment-log/open-log.ts';
import type { EntryBody } from '../../../../../src/model/entry.ts';
import { orderNow, point, told } from '../../../inside/point.ts';

export { defaultLimits } from '../../../../../src/edges/deployment-log/open-log.ts';

/** `log started deploy`, `log step replace`, `log hook-begun`. */
function nameOf(body: EntryBody): string {
  if (body.kind === 'started') return `log started ${body.purpose}`;
  if (body.kind === 'step') return `log step ${body.act}`;
  return `log ${body.kind}`;
}

export const openLog: typeof real.openLog = async (options) => {
  const limits = () => ({ ...(options.limits?.() ?? real.defaultLimits), ...orderNow().log });
  const log = await real.openLog({ ...options, limits });
  return {
    ...log,
    append: (body) =>
      point(nameOf(body), async () => {
        const entry = await log.append(body);
        told({ acknowledged: `${entry.seq} ${entry.at} ${entry.kind}` });
        return entry;
      }),
  };
};
