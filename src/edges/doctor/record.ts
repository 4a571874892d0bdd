import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostConfig } from '../../model/config.ts';
import type { WitnessStatus } from '../../model/report.ts';
import { appendOnlyMarks } from '../deployment-log/marks.ts';
import { notesIn } from '../deployment-log/notes.ts';
import { segmentsOf } from '../deployment-log/segments.ts';
import { newestStart } from '../deployment-log/start.ts';
import { recallWitness } from '../record/remembered.ts';

interface RecordInput {
  readonly stateDir: string;
  readonly loadConfig: () => Promise<Pick<HostConfig, 'log'>>;
  readonly environment: Readonly<Record<string, string>>;
}

interface Finding {
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly hint: string | undefined;
}

const ok = (detail: string): Finding => ({ state: 'ok', detail, hint: undefined });
const warn = (detail: string, hint: string | undefined): Finding => ({ state: 'warn', detail, hint });

/** The files of the log, its key, its checkpoints and marks. That each line holds is for `log verify` to say. Throws `log-corrupt`. */
export async function deploymentLog({ stateDir, loadConfig, environment }: RecordInput): Promise<Finding> {
  const directory = join(stateDir, 'log');
  const segments = await segmentsOf(directory);
  if (segments.length === 0) return ok('it will begin with the first pass');
  await newestStart(directory);
  const open = await openToOthers(join(stateDir, 'keys', 'log.key'));
  if (open !== undefined) return warn(open, `chmod 600 ${join(stateDir, 'keys', 'log.key')}`);
  const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(path)).size));
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1024 ** 2;
  const checkpoints = (await notesIn(directory)).length > 0 ? 'with checkpoints' : 'without a checkpoint yet';
  const detail = `${segments.length === 1 ? '1 file' : `${segments.length} files`}, ${megabytes.toFixed(1)} MB, ${checkpoints}`;
  const wanted = await loadConfig().then(
    ({ log }) => log.appendOnly,
    () => false,
  );
  const marked = await appendOnlyMarks(environment).among(segments.map(({ path }) => path));
  if (wanted && marked.length < segments.length) {
    return warn(
      `${detail}; ${segments.length - marked.length} of them are not append-only`,
      'The file system must know the attribute (ext4, XFS, btrfs do) and Harbormaster needs CAP_LINUX_IMMUTABLE: in a container, --cap-add LINUX_IMMUTABLE.',
    );
  }
  return ok(`${detail}${marked.length > 0 ? `, ${marked.length} append-only` : ''}`);
}

async function openToOthers(key: string): Promise<string | undefined> {
  const found = await stat(key).catch(() => undefined);
  return found && (found.mode & 0o077) !== 0
    ? `the key that signs its checkpoints may be read by others (mode ${(found.mode & 0o777).toString(8)})`
    : undefined;
}

/** What the daemon found out about it last. */
export async function witness({ stateDir, loadConfig }: RecordInput): Promise<Finding> {
  const { log } = await loadConfig();
  if (log.witness === undefined) return ok('none: the log is proven against everybody but root on this host');
  const { url } = log.witness.repository;
  const known = await recallWitness(join(stateDir, 'run'));
  if (known?.url !== url)
    return warn(`${url}: nothing is known of it yet`, 'It is told while a daemon runs: harbormaster run');
  return judged(known);
}

function judged(known: WitnessStatus): Finding {
  const { url, witnessed, at } = known;
  if (known.state === 'current') return ok(`${url} vouches for entries up to ${witnessed} (${at})`);
  if (known.state === 'behind') return warn(`${url} is behind since ${known.since}: ${known.message}`, known.hint);
  return {
    state: 'fail',
    detail: `${url} holds a checkpoint of ${known.size} entries that the log contradicts: one of the two was rewritten`,
    hint: `harbormaster log verify --witness ${url}`,
  };
}
