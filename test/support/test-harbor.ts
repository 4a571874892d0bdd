import { canonical, configurationDigest } from '../../src/core/digest.ts';
import { emptyHistory } from '../../src/core/history.ts';
import * as checkKinds from '../../src/edges/checks/index.ts';
import type { App } from '../../src/model/app.ts';
import type { ComposeModel } from '../../src/model/compose-model.ts';
import type { HostConfig } from '../../src/model/config.ts';
import type { KeptFolder } from '../../src/model/orphan.ts';
import type { Trigger } from '../../src/model/trigger.ts';
import type { Gate } from '../../src/model/verdict.ts';
import type { Window } from '../../src/model/window.ts';
import { createHost } from '../../src/reconcile/host.ts';
import { openJournal } from '../../src/reconcile/journal.ts';
import { createMeansBook } from '../../src/reconcile/means.ts';
import type { Parts } from '../../src/reconcile/parts.ts';
import { recreate } from '../../src/strategies/recreate.ts';
import { app } from './builders.ts';
import { FakeEngine } from './fake-engine.ts';
import {
  FakeRegistry,
  FakeSource,
  ManualClock,
  MemoryLive,
  MemoryLog,
  MemoryReleases,
  MemoryTokens,
  noDigests,
  RecordingOutbox,
  silentLogger,
  testConfig,
} from './fakes.ts';

export const testApp = (overrides: Partial<App> = {}): App =>
  app({ name: 'shop', project: 'shop', health: { deadline: 10_000, minReady: 1000 }, ...overrides });

const key = Buffer.from('key');

/** The log knows it already, so that a test's own entries come first. */
const knownConfiguration = {
  seq: 1,
  at: '2026-01-01T00:00:00.000Z',
  ...noDigests,
  digest: configurationDigest(key, { fingerprint: '' }),
  origin: { file: undefined },
};

interface TestOptions {
  readonly apps?: readonly App[];
  readonly model?: Omit<ComposeModel, 'name'>;
  readonly gates?: readonly Gate[];
}

/** A Harbor over fakes: everything between the ports is the real thing. */
export async function testHarbor({
  apps = [testApp()],
  model = { services: { web: { image: 'web:1' } } },
  gates = [],
}: TestOptions = {}) {
  const engine = new FakeEngine();
  engine.model = { name: '', ...model } as ComposeModel;
  const source = new FakeSource();
  const registry = new FakeRegistry();
  const releases = new MemoryReleases();
  const live = new MemoryLive();
  const notifier = new RecordingOutbox();
  const clock = new ManualClock();
  const log = new MemoryLog(clock, { ...emptyHistory, configuration: knownConfiguration });
  const stop = new AbortController();
  const tokens = new MemoryTokens();
  const scratch = { open: 0 };
  const agenda = new Map<string, Date>();
  const parts: Parts = {
    source,
    engine,
    registry,
    releases,
    live,
    kept: { list: async () => state.kept },
    log,
    tokens,
    clock,
    logger: silentLogger,
    scratch: {
      create: async () => {
        scratch.open += 1;
        return { path: '/scratch', [Symbol.asyncDispose]: async () => void --scratch.open };
      },
    },
    strategies: [recreate],
    gates,
    checks: Object.values(checkKinds),
    redact: (text) => text,
    key,
    instance: 'us',
  };
  const state = { config: testConfig(apps), kept: [] as readonly KeptFolder[] };
  const start = async () => {
    const harbormaster = { version: '1.2.3', commit: 'abc1234' };
    const means = createMeansBook({ ...parts, harbormaster, config: () => state.config });
    const journal = await openJournal({ ...parts, outbox: notifier, redact: (text) => text, means });
    return createHost({
      config: () => state.config,
      parts,
      journal,
      signal: stop.signal,
      daemon: undefined,
      agenda,
      random: () => 0.5,
    });
  };
  let harbor = await start();
  return {
    engine,
    source,
    registry,
    log,
    releases,
    live,
    notifier,
    tokens,
    clock,
    agenda,
    stop,
    /** How many scratch folders are there. */
    scratch,
    /** What the next commit declares. */
    push(next: Omit<ComposeModel, 'name'>): void {
      engine.model = { name: '', ...next } as ComposeModel;
      const number = Number.parseInt(source.commit.slice(0, 12), 16) + 1;
      source.commit = number.toString(16).padStart(12, '0').padEnd(40, '0');
      source.files = { ...source.files, 'compose.yaml': source.commit };
    },
    declare(next: readonly App[], windows: readonly Window[] = []): void {
      state.config = testConfig(next, windows);
    },
    /** Another configuration, in all but its apps as it was. */
    configure(overrides: Partial<HostConfig>): void {
      const { digests = state.config.digests } = overrides;
      const fingerprint = digests === noDigests ? '' : canonical(digests);
      state.config = { ...state.config, ...overrides, fingerprint };
    },
    declared: () => state.config.apps,
    /** What is on disk of apps. */
    keep(folders: readonly KeptFolder[]): void {
      state.kept = folders;
    },
    /** As after a crash or restart: memory is gone, log and disk are not. */
    async restart(): Promise<void> {
      harbor = await start();
    },
    pass: async (trigger: Trigger['kind'] = 'interval') => {
      const names = state.config.apps.map(({ name }) => name);
      const reports = await (trigger === 'request'
        ? harbor.apply(names, { kind: trigger }, () => undefined)
        : harbor.pass(names, { kind: trigger }, () => undefined));
      return reports.map(({ outcome }) => outcome);
    },
    plan: () => harbor.plan([]),
    status: () => harbor.status([]),
    apply: (names: readonly string[]) => harbor.apply(names, { kind: 'request' }, () => undefined),
    /** The Harbor itself, for what a person may ask besides. */
    harbor: () => harbor,
    /** Of all entries but the steps. */
    kinds: () => log.written.map(({ kind }) => kind).filter((kind) => kind !== 'step'),
  };
}
