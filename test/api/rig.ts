import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Office } from '../../src/api/router.ts';
import { serveOn } from '../../src/api/server.ts';
import type { Serving } from '../../src/api/serving.ts';
import { createStreams } from '../../src/api/streams.ts';
import { systemClock } from '../../src/edges/clock.ts';
import type { HostConfig } from '../../src/model/config.ts';
import { createHearsay } from '../../src/reconcile/hearsay.ts';
import { silentLogger, testConfig } from '../support/fakes.ts';

/** A path for a socket: short, because the system allows no long ones. */
export async function socketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'socket');
}

const unused = () => {
  throw new Error('this test does not expect it');
};

export const nothing: Serving['harbor'] = {
  plan: unused,
  preview: unused,
  apply: unused,
  status: unused,
  rollback: unused,
  hold: unused,
  release: unused,
  suspend: unused,
  resume: unused,
  acceptHistory: unused,
  retry: unused,
  adopt: unused,
  forget: unused,
  approve: unused,
  reject: unused,
  approveRemoval: unused,
  windows: unused,
  orphans: unused,
  log: unused,
  history: unused,
  audit: unused,
  trace: unused,
  tokens: unused,
  createToken: unused,
  revokeToken: unused,
  recognise: unused,
};

type Rig = Partial<Omit<Serving, 'harbor' | 'config'>> & { readonly config?: () => Partial<HostConfig> };

/** What a daemon gives its API: of its Harbor what a test says, and nothing else that happens. */
export const servingOf = (
  harbor: Partial<Serving['harbor']> = {},
  { config = () => ({}), ...rig }: Rig = {},
): Serving => ({
  harbor: { ...nothing, ...harbor },
  version: '1.2.3',
  configFile: '/etc/harbormaster/harbormaster.yml',
  from: () => undefined,
  config: () => ({ ...testConfig([]), ...config() }),
  clock: systemClock,
  logger: silentLogger,
  hearsay: createHearsay(),
  instruments: { ready: unused, metrics: unused },
  hint: unused,
  ending: new AbortController().signal,
  peerOf: async () => undefined,
  verify: unused,
  doctor: unused,
  ...rig,
});

/** A daemon's API over a Harbor of which a test says what matters. */
export async function daemon(harbor: Partial<Serving['harbor']> = {}, rig: Rig = {}) {
  const path = await socketPath();
  const serving = await serveOn(path, servingOf(harbor, rig));
  return { path, serving, [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose]() };
}

export interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** A request as any program would make it. */
export function curl(path: string, method: string, url: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath: path, method, path: url, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], body: text }),
      );
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

const whole = { ok: true, entries: 0, head: '', proves: [], cannotProve: [] };

const still: Serving['instruments'] = { ready: async () => [], metrics: async () => [] };

/** What a router works with. */
export const officeOf = (harbor: Partial<Serving['harbor']> = {}): Office => {
  const {
    clock,
    config: _,
    hint: __,
    ...serving
  } = servingOf(harbor, {
    verify: async () => whole,
    doctor: async () => [],
    instruments: still,
  });
  return {
    ...serving,
    pid: process.pid,
    now: clock.now,
    streams: createStreams(),
    ending: AbortSignal.abort(),
    receive: unused,
    keep: (work) => work(),
  };
};
