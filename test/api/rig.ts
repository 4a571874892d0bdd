import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Served } from '../../src/api/served.ts';
import { serveOn } from '../../src/api/server.ts';
import type { Peer } from '../../src/model/peer.ts';

/** A path for a socket: short, because the system allows no long ones. */
export async function socketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'socket');
}

const unused = () => {
  throw new Error('this test does not expect it');
};

export const nothing: Served = {
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
};

/** A daemon's API over a Harbor of which a test says what matters. */
export async function daemon(
  harbor: Partial<Served> = {},
  configFile = '/etc/harbormaster/harbormaster.yml',
  peer?: Peer,
  from?: string,
) {
  const path = await socketPath();
  const serving = await serveOn(path, {
    harbor: { ...nothing, ...harbor },
    version: '1.2.3',
    configFile,
    from: () => from,
    peerOf: async () => peer,
  });
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
