import { request } from 'node:http';
import { connect } from 'node:net';
import { HarborError } from '../errors.ts';
import { healthPath } from './health.ts';

/** Bytes of `sun_path` without its closing zero; see unix(7). */
export const longestSocketPath = 107;

export interface DaemonFacts {
  readonly pid: number;
  readonly version: string;
  /** Path of its configuration, absolute, if it tells. */
  readonly config: string | undefined;
  /** The repository that it comes from besides, with ref and path. */
  readonly from?: string | undefined;
}

/** A daemon that does not even tell its health within this time does not work. Milliseconds. */
const patience = 5_000;

/**
 * The daemon behind a socket; undefined if none is there or it does not answer. Throws `state-unwritable` where one is that this user may not ask:
 * that is no reason to go around it.
 */
export async function daemonAnswers(socketPath: string, limit = patience): Promise<DaemonFacts | undefined> {
  const body = await health(socketPath, limit).catch((error: unknown) => {
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') throw forbidden(socketPath, error);
    return undefined;
  });
  return factsIn(body);
}

function health(socketPath: string, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limit);
    const asking = request({ socketPath, path: healthPath, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end();
  });
}

function factsIn(body: string | undefined): DaemonFacts | undefined {
  try {
    const value: unknown = JSON.parse(body ?? '');
    if (typeof value !== 'object' || value === null || !('pid' in value && 'version' in value)) return undefined;
    const { pid, version } = value;
    if (typeof pid !== 'number' || typeof version !== 'string') return undefined;
    return { pid, version, config: textIn(value, 'config'), from: textIn(value, 'from') };
  } catch {
    return undefined;
  }
}

const textIn = (value: object, key: string): string | undefined => {
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === 'string' ? found : undefined;
};

/** Whether anything accepts connections there, answering or not. A socket file without a listener refuses at once. */
export function somebodyListens(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED' && codeOf(error) !== 'ENOENT'));
  });
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const forbidden = (socketPath: string, cause: unknown): HarborError =>
  new HarborError(`this user may not talk to the daemon on ${socketPath}`, {
    code: 'state-unwritable',
    hint: 'Run it as the user of the daemon, for example with sudo.',
    cause,
  });
