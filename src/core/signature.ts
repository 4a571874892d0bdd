import { faultOf } from '../errors.ts';
import type { AppHistory } from '../model/history.ts';
import type { BlockReason, Outcome } from '../model/outcome.ts';
import { canonical, sha256 } from './digest.ts';
import { visibleProse } from './visible.ts';

/**
 * Equal for the same trouble met again: free of times, ids, counters and of the order in which a tool lists things. The world's faults
 * (a registry that times out now and refuses then) count as one by their code. The message should already be redacted, as it is in the log.
 */
export function signatureOf(outcome: Outcome, release: string | undefined, commit: string | undefined): string {
  const about = release ?? commit;
  if (outcome.kind === 'blocked') return `blocked:${short([about, grounds(outcome.reasons)])}`;
  if (outcome.kind !== 'failed') return outcome.kind;
  const detail = faultOf(outcome.code) === 'world' ? [] : [outcome.step ?? '', gist(outcome.message)];
  return `failed:${outcome.code}:${short([about, detail])}`;
}

/** What waits for people is one matter for each plan, however many of them have spoken; what waits for an app, for each app, however that one stands. */
const aboutWhat = ({ code, reason, plan, app }: BlockReason): string => {
  const about = plan ?? app;
  return about === undefined ? gist(reason) : `${code} ${about}`;
};

/** A window opens and closes every day: what else is in the way stays the same trouble, and a window alone is one as long as it keeps the release waiting. */
function grounds(reasons: readonly BlockReason[]): readonly string[] {
  const lasting = reasons.filter(({ code }) => code !== 'window');
  return lasting.length === 0 ? ['window'] : lasting.map(aboutWhat).sort();
}

const short = (value: unknown): string => sha256(canonical(value)).slice(0, 16);

/** The words of the first line; what follows is output of containers and tools, new each time. */
function gist(message: string): string {
  const [first = ''] = visibleProse(message).split('\n', 1);
  const words = first
    .slice(0, 400)
    .replace(/[0-9a-f]{8,}|\d+/g, '#')
    .split(/[^\p{L}#]+/u);
  return [...new Set(words)].sort().join(' ');
}

/** Whether a refused attempt must be written: the same trouble over and over is one entry. */
export function needsEntry(history: AppHistory | undefined, outcome: Outcome, signature: string): boolean {
  if (outcome.kind === 'failed' || outcome.kind === 'blocked') return history?.trouble?.signature !== signature;
  return outcome.kind !== 'unchanged';
}
