import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { CheckRequest } from '../cli/wired.ts';
import { projectOf } from '../config/values.ts';
import { policyOf } from '../core/policy.ts';
import { systemClock } from '../edges/clock.ts';
import { folderSource } from '../edges/folder/source.ts';
import { liveFiles } from '../edges/live/live-files.ts';
import { openScratch } from '../edges/scratch.ts';
import { HarborError } from '../errors.ts';
import type { Policy } from '../model/policy.ts';
import type { CheckReport } from '../model/report.ts';
import * as gates from '../policies/index.ts';
import { appOfFiles, checkPolicy, notCommitted } from '../reconcile/check-policy.ts';
import { catalogues } from './catalogues.ts';
import { engineOf, type Frame } from './frame.ts';

/** Compose files on disk, judged as on a host; nothing of this one is needed but Compose. */
export async function checkFiles(frame: Frame, request: CheckRequest): Promise<CheckReport> {
  const { files, preset, variables, profiles } = request;
  const absolute = files.map((file) => resolve(file));
  const folder = dirname(absolute[0] ?? '');
  const root = repositoryAbove(folder);
  const named = await policyFor(frame, request);
  const app = appOfFiles({
    name: named.name ?? basename(folder),
    project: projectOf(named.name ?? basename(folder)) || 'app',
    path: relative(root, folder) || '.',
    composeFiles: absolute.map((file) => relative(folder, file)),
    profiles,
    environment: variables,
    policy: preset === undefined ? named.policy : policyOf(named.policy.place, { preset }),
  });
  return checkPolicy(app, notCommitted, {
    source: folderSource(root),
    engine: engineOf(frame, ''),
    scratch: await openScratch(),
    live: { folders: liveFiles({ directory: frame.paths.apps }).folders, leads: async () => new Map() },
    gates: Object.values(gates),
    checks: catalogues.checks,
    redact: frame.config.redact,
    clock: systemClock,
    key: randomBytes(32),
    instance: '',
  });
}

interface Judging {
  readonly name: string | undefined;
  readonly policy: Policy;
}

async function policyFor({ config }: Frame, { configured, app: wanted }: CheckRequest): Promise<Judging> {
  if (!configured) return { name: wanted, policy: policyOf(`apps.${wanted ?? 'APP'}.allow`) };
  const { apps, policy } = await config.load();
  const app = apps.find(({ name }) => name === wanted);
  if (app === undefined && wanted !== undefined) {
    throw new HarborError(`there is no app ${wanted} on this host`, {
      code: 'app-unknown',
      hint: `There are: ${apps.map(({ name }) => name).join(', ')}.`,
    });
  }
  return { name: wanted, policy: app?.policy ?? { ...policy, place: 'apps.APP.allow' } };
}

/** Includes and build contexts may lie anywhere in the repository. */
function repositoryAbove(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return folder;
}
