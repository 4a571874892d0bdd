import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findEngine } from './engine-rig.ts';

/** Scenarios drive the real program: it is built anew, so that no test ever passes on yesterday's. */
export function setup(): void {
  if (findEngine() === undefined)
    throw new Error('The scenarios need a Docker engine: run `npm test`, or set DOCKER_HOST.');
  if (process.env['HARBORMASTER_PROGRAM']) return;
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
