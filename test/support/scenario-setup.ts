import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { engineRig, findEngine } from './engine-rig.ts';
import { compiledOnce, program } from './program.ts';

/** Scenarios drive the real program: it is built anew, so that no test ever passes on yesterday's. */
export async function setup(): Promise<() => Promise<void>> {
  if (findEngine() === undefined)
    throw new Error('The scenarios need a Docker engine: run `npm test`, or set DOCKER_HOST.');
  buildProgram();
  // The first start compiles it, for all others.
  execFileSync(process.execPath, [compiledOnce, program, 'schema']);
  const rig = await engineRig();
  process.env['HARBORMASTER_TEST_SHELF'] = rig.project('shelf');
  return () => rig.cleanUp();
}

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function buildProgram(): void {
  if (process.env['HARBORMASTER_PROGRAM']) return;
  execFileSync(process.execPath, [pathOf('scripts/build.mjs')], { stdio: 'inherit' });
}
