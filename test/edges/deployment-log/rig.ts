import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultLimits, type LogLimits, type LogOptions, openLog } from '../../../src/edges/deployment-log/open-log.ts';
import type { Entry, EntryBody } from '../../../src/model/entry.ts';
import type { Claim } from '../../../src/model/service-record.ts';
import type { Logger } from '../../../src/ports.ts';
import { failed, finished, refused, serviceRecord, started } from '../../core/entries.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Where flushing costs nothing, for the tests that do it a thousand times. */
const inMemory = existsSync('/dev/shm') ? '/dev/shm' : undefined;

/** A log in a folder of its own, with a clock that ticks a second a look. */
export async function logRig({
  limits,
  ...more
}: Partial<Omit<LogOptions, 'limits'>> & { limits?: Partial<LogLimits> } = {}) {
  const folder = await temporaryFolder(inMemory);
  const directory = join(folder.path, 'log');
  const file = join(directory, '000000000001.jsonl');
  let ticks = 0;
  const clock = { now: () => new Date(Date.UTC(2026, 10, 20, 10, 0, ticks++)) };
  // Most tests are about lines; they begin a thousand things, and need no room for that.
  const inForce: LogLimits = { ...defaultLimits, reserve: 0, ...limits };
  const options = {
    directory,
    host: 'host1',
    instance: 'i1',
    version: '1.0.0',
    clock,
    limits: () => inForce,
    ...more,
  };
  return {
    directory,
    file,
    open: () => openLog({ ...options, exclusive: true }),
    read: () => openLog({ ...options, exclusive: false }),
    bytes: () => readFile(file),
    lines: async () => (await readFile(file, 'utf8')).split('\n').slice(0, -1),
    put: (bytes: Uint8Array | string) => writeFile(file, bytes),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

export type Rig = Pick<Awaited<ReturnType<typeof logRig>>, 'directory' | 'open' | 'read'>;

/** A log with a key of its own. */
export async function signedRig(
  limits: Partial<LogLimits> = {},
  logger: Pick<Logger, 'warn'> = { warn: () => undefined },
) {
  const folder = await temporaryFolder(inMemory);
  const keys = join(folder.path, 'keys');
  await mkdir(keys);
  const rig = await logRig({ keys, limits, logger });
  return {
    ...rig,
    keys,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** `opened`, a deployment and a refusal: small enough to be broken at every byte. */
export async function smallLog(rig: Awaited<ReturnType<typeof logRig>>): Promise<Buffer> {
  await using log = await rig.open();
  const intent = await log.append(started());
  await log.append(finished({ intent: intent.seq, revision: undefined }));
  await log.append(refused(failed(), { revision: undefined }));
  return rig.bytes();
}

/** Every entry whose newline is within the first `length` bytes. */
export const acknowledged = (bytes: Buffer, length: number): number =>
  bytes.subarray(0, length).filter((byte) => byte === 0x0a).length;

export const kinds = (entries: readonly Entry[]): readonly string[] => entries.map(({ kind }) => kind);

const request = { kind: 'request', by: 'ada' } as const;
const claims: readonly Claim[] = [{ id: 'c1', name: 'web-1', key: 'web', digest: 'd1' }];
const consent = { plan: 'p1', approvals: [{ by: 'ada', at: '2026-11-20T10:00:00.000Z', seq: 1 }] };

/** Entries after which every field that the log can know of an app, and of the host, is there. */
const removal = { onRemove: 'stop', grace: 3_600_000, dependsOn: ['db'] } as const;

export const fullHistory = (): readonly EntryBody[] => [
  {
    kind: 'adopted',
    app: 'web',
    project: 'web',
    trigger: request,
    reason: 'ours now',
    containers: claims,
    networks: claims,
  },
  {
    kind: 'forgotten',
    app: 'old',
    trigger: request,
    reason: 'no longer',
    containers: [{ ...claims[0]!, id: 'c9' }],
    networks: [],
  },
  started(),
  finished({ intent: 4, services: [serviceRecord({ completed: true, configured: { command: 'x' } })] }),
  started({ purpose: 'heal', fingerprint: 'f1' }),
  finished({ intent: 6, purpose: 'heal' }),
  started({ release: 'r2', consent }),
  finished({ intent: 8, release: 'r2', outcome: failed() }),
  started({ release: 'r3', consent }),
  finished({ intent: 10, release: 'r3', outcome: { kind: 'interrupted', step: 'replace web' } }),
  { kind: 'drifted', app: 'web', release: 'r1', state: 'reported', causes: ['web: stopped'], fingerprint: 'f2' },
  refused(failed(), { release: 'r3' }),
  {
    kind: 'objected',
    app: 'web',
    release: 'r1',
    verdicts: [{ gate: 'ports', ruling: 'warn', service: 'web', reason: 'publishes 80', lift: undefined }],
    fingerprint: 'f3',
  },
  { kind: 'stale', app: 'web', compared: '2026-01-31T14:03:00.000Z', limit: 3_600_000 },
  { kind: 'held', app: 'web', release: 'r1', trigger: request, reason: 'a bad day' },
  { kind: 'history-accepted', app: 'web', trigger: request, reason: 'rebased', from: 'c1', to: 'c2' },
  { kind: 'approved', app: 'web', plan: 'p2', release: 'r4', trigger: request, reason: 'fine' },
  { kind: 'suspended', of: 'app', app: 'web', trigger: request, reason: 'night', until: undefined },
  { kind: 'suspended', of: 'host', trigger: request, reason: 'move', until: '2026-12-01T00:00:00.000Z' },
  { kind: 'left', app: 'web', project: 'web', trigger: request, until: '2026-12-01T00:00:00.000Z', removal },
  started({ release: 'r5', purpose: 'rollback', hold: true, reason: 'back', removal }),
  {
    kind: 'hook-begun',
    app: 'web',
    intent: 21,
    moment: 'pre_deploy',
    service: 'migrate',
    container: { id: 'c7', name: 'web-migrate' },
    limit: 60_000,
    irreversible: true,
  },
];
