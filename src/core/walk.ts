import { HarborError } from '../errors.ts';
import type { LogReader } from '../model/log-query.ts';
import type { Finding } from '../model/trace.ts';
import { timelineKinds } from './timeline.ts';
import { startTracing } from './trace.ts';

/** What is shorter is in everything. */
const fewest = 3;

/** From an image, a container, a commit or a release to what brought it: first the apps that it has to do with, then their story. Throws `usage`. */
export async function walk(what: string, log: LogReader): Promise<readonly Finding[]> {
  if (what.trim().length < fewest)
    throw new HarborError(`'${what}' is too short: it would be in everything`, {
      code: 'usage',
      hint: 'Give an image, a container or a commit: harbormaster trace --help',
    });
  const opened = await log.head();
  const apps = new Set(opened?.kind === 'opened' ? Object.keys(opened.snapshot.apps) : []);
  for (const mentions of new Set([what.trim(), what.trim().toLowerCase()]))
    for await (const entry of log.oldest({ mentions })) if ('app' in entry) apps.add(entry.app);
  if (apps.size === 0) return [];
  const tracing = startTracing(what);
  if (opened) tracing.add(opened);
  for await (const entry of log.oldest({ apps: [...apps], kinds: [...timelineKinds, 'refused'] })) tracing.add(entry);
  return tracing.result();
}
