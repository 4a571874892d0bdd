/** A process that appends until it is killed, and says each acknowledged sequence number: built and run by kill.test.ts. */
import { writeSync } from 'node:fs';
import { openLog } from '../../../src/edges/deployment-log/open-log.ts';
import { finished, started } from '../../core/entries.ts';

const directory = process.argv[2] ?? '';
const clock = { now: () => new Date() };
const log = await openLog({ directory, host: 'h', instance: 'i', version: '1', clock, exclusive: true });
for (;;) {
  const open = (await log.history()).apps['web']?.open;
  const intent = open?.seq ?? (await log.append(started())).seq;
  writeSync(1, `${intent}\n`);
  const { seq } = await log.append(
    finished({ intent, outcome: { kind: open ? 'interrupted' : 'applied', step: undefined } }),
  );
  writeSync(1, `${seq}\n`);
}
