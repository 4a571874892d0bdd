import type { App } from '../model/app.ts';
import type { Release } from '../model/release.ts';
import type { Objection } from '../model/verdict.ts';
import { judge } from './judge.ts';
import type { Parts } from './parts.ts';

/** What the policy that is in force now denies in what is deployed: told as a warning, because nothing is torn down for it. */
export async function objectionsTo(
  app: App,
  release: Release | undefined,
  parts: Pick<Parts, 'gates' | 'live' | 'clock' | 'redact'>,
): Promise<readonly Objection[]> {
  if (release === undefined) return [];
  const plan = { app: app.name, project: app.project, release: release.digest, steps: [] };
  const { verdicts } = await judge({ app, release, plan }, parts);
  return verdicts.filter((verdict) => verdict.ruling === 'deny').map((denial) => ({ ...denial, ruling: 'warn' }));
}
