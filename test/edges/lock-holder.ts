/** A process that takes the lock, says so, and holds it until it is killed: built and run by lock.test.ts. */
import { writeSync } from 'node:fs';
import { acquireLock } from '../../src/edges/lock.ts';

const holder = { command: 'harbormaster run', pid: process.pid, since: '2026-11-20T10:00:00.000Z' };
await acquireLock({ file: process.argv[2] ?? '', holder });
writeSync(1, 'held\n');
setInterval(() => undefined, 1_000);
