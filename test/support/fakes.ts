import { emptyHistory, foldHistory } from '../../src/core/history.ts';
import { selectEntries } from '../../src/core/log-query.ts';
import { notificationOf } from '../../src/core/notable.ts';
import { isMeant } from '../../src/core/path-glob.ts';
import { policyOf } from '../../src/core/policy.ts';
import { HarborError } from '../../src/errors.ts';
import type { App } from '../../src/model/app.ts';
import type { HostConfig } from '../../src/model/config.ts';
import type { ConfigurationDigests } from '../../src/model/configuration.ts';
import type { Entry, EntryBody } from '../../src/model/entry.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { HostSnapshot } from '../../src/model/history.ts';
import type { LogPage, LogQuery, PageRequest } from '../../src/model/log-query.ts';
import type { Notification } from '../../src/model/notification.ts';
import type { PathSearch } from '../../src/model/path-search.ts';
import type { Release } from '../../src/model/release.ts';
import type { GitObject, Revision } from '../../src/model/revision.ts';
import type { Provenance, Signature } from '../../src/model/verification.ts';
import type { Window } from '../../src/model/window.ts';
import type {
  Clock,
  DeploymentLog,
  ImageRegistry,
  LiveFiles,
  Logger,
  ProvenanceRequest,
  ReleaseStore,
  Source,
  StoredRelease,
  TokenVault,
} from '../../src/ports.ts';
import { logConfig } from './builders.ts';

/** A clock that stands still until something sleeps: then that much time has passed. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');

  now(): Date {
    return new Date(this.#now);
  }

  elapsed(): number {
    return this.#now;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** Git in memory: one branch whose commit and files a test sets. */
export class FakeSource implements Source {
  commit = 'c0ffee0000000000000000000000000000000000';
  error: Error | undefined;
  files: Record<string, string> = { 'compose.yaml': '1' };
  fetches = 0;

  async look(apps: readonly App[]) {
    return new Map(apps.map(({ name }) => [name, this.error ?? this.commit]));
  }

  async fetch(app: App, commit: string): Promise<Revision> {
    this.fetches += 1;
    const who = { name: 'Ada', email: 'ada@example.org', at: '2026-01-01T00:00:00Z' };
    return {
      repository: app.repository.url,
      ref: this.tag ?? app.ref.name,
      commit,
      author: who,
      committer: who,
      subject: 'a change',
    };
  }

  async objects(_repository: unknown, _commit: string, paths: readonly string[]) {
    return new Map(
      paths.map((path): [string, GitObject | undefined] => [
        path,
        this.files[path] === undefined ? undefined : { id: `id-${this.files[path]}`, type: 'blob' },
      ]),
    );
  }

  async read(_repository: unknown, _commit: string, path: string, limit: number) {
    const text = this.files[path];
    if (text !== undefined && text.length > limit)
      throw new HarborError(`"${path}" in the repository is larger than ${limit} bytes`, { code: 'tree-refused' });
    return text === undefined ? undefined : Buffer.from(text);
  }

  async find(_repository: unknown, _commit: string, search: PathSearch) {
    return Object.keys(this.files)
      .filter((path) => isMeant(search, path))
      .sort();
  }

  /** What the repository can prove of its newest commit. */
  proven: Pick<Provenance, 'follows'> & { readonly signature: Signature } = {
    follows: true,
    signature: {
      kind: 'good',
      signer: { principal: 'ada@example.org', keyType: 'ED25519', fingerprint: 'SHA256:ada' },
    },
  };
  asked: ProvenanceRequest[] = [];
  /** Of a range of versions: the tag that it leads to. */
  tag: string | undefined;

  async provenance(request: ProvenanceRequest): Promise<Provenance> {
    this.asked.push(request);
    const { revision, bases } = request;
    const { follows, signature } = this.proven;
    const object = { kind: 'commit', id: revision.commit, by: 'Ada <ada@example.org>', signature } as const;
    return { objects: [object], follows: follows || bases.includes(revision.commit) };
  }

  async export() {}
}

export class FakeRegistry implements ImageRegistry {
  digests: Record<string, string> = {};
  down = false;
  asked: string[] = [];

  async resolve(reference: string) {
    this.asked.push(reference);
    if (this.down) throw new HarborError('the registry does not answer', { code: 'image-unavailable' });
    return {
      digest:
        this.digests[reference] ?? `sha256:${Buffer.from(reference).toString('hex').padEnd(64, '0').slice(0, 64)}`,
      platformDigest: undefined,
    };
  }
}

export class MemoryLog implements DeploymentLog {
  readonly written: Entry[] = [];
  readonly #clock: Clock;
  readonly #before: HostSnapshot;

  /** `before`: what an earlier log said. */
  constructor(clock: Clock, before: HostSnapshot = emptyHistory) {
    this.#clock = clock;
    this.#before = before;
  }

  async append(body: EntryBody): Promise<Entry> {
    const stamp = {
      v: 1 as const,
      seq: this.written.length + 1,
      at: this.#clock.now().toISOString(),
      host: 'test',
      instance: 'us',
      prev: '',
    };
    const entry: Entry = { ...stamp, ...body };
    this.written.push(JSON.parse(JSON.stringify(entry)) as Entry);
    return entry;
  }

  async history() {
    return foldHistory(this.written, this.#before);
  }

  condition() {
    return { kind: 'sound' } as const;
  }

  async page(query: LogQuery, request: PageRequest): Promise<LogPage> {
    const { order, limit } = request;
    const found = selectEntries(this.written, query).filter(({ seq }) =>
      request.order === 'newest' ? seq < (request.before ?? Number.POSITIVE_INFINITY) : seq > request.after,
    );
    const entries = (order === 'newest' ? found.toReversed() : found).slice(0, limit);
    return { entries, next: found.length > limit ? entries.at(-1)?.seq : undefined };
  }
}

/** Tokens that are their ids. */
export class MemoryTokens implements TokenVault {
  readonly kept = new Set<string>();
  #minted = 0;

  async mint() {
    this.#minted += 1;
    const id = `token${this.#minted}`;
    this.kept.add(id);
    return { id, token: `secret of ${id}` };
  }

  async recognise(token: string) {
    const id = token.replace(/^secret of /, '');
    return token !== id && this.kept.has(id) ? id : undefined;
  }

  async drop(id: string) {
    this.kept.delete(id);
  }
}

export const noDigests: ConfigurationDigests = { apps: {}, settings: {} };

/** A configuration of these apps, and nothing else in it. */
export const testConfig = (apps: readonly App[], windows: readonly Window[] = []): HostConfig => ({
  file: '/etc/harbormaster/harbormaster.yml',
  fingerprint: '',
  origin: { file: '/etc/harbormaster/harbormaster.yml' },
  digests: noDigests,
  troubles: [],
  discoveries: [],
  findings: {},
  undiscovered: [],
  host: 'test',
  apps,
  declared: apps.map(({ name }) => name),
  elsewhere: {},
  notifiers: [],
  commitStatus: [],
  windows,
  policy: policyOf('policy'),
  imageInterval: 900_000,
  log: logConfig,
  keepReleases: 5,
  removalGuard: 1,
  logLevel: 'info',
  prune: false,
  secrets: [],
  files: [],
});

export class MemoryReleases implements ReleaseStore {
  readonly kept = new Map<string, Release>();
  /** Of releases whose files are kept. */
  readonly filled = new Set<string>();

  async save(release: Release): Promise<StoredRelease> {
    this.kept.set(release.digest, release);
    return { release, file: `/releases/${release.digest}/compose.json` };
  }

  async load(_app: string, digest: string) {
    const release = this.kept.get(digest);
    return release && { release, file: `/releases/${digest}/compose.json` };
  }

  async files({ digest }: Release, fill: (folder: string) => Promise<void>) {
    const folder = `/releases/${digest}/files`;
    if (!this.filled.has(digest)) await fill(folder);
    this.filled.add(digest);
    return folder;
  }

  async list(app: string) {
    return [...this.kept.values()]
      .filter((release) => release.app === app)
      .map(({ digest }) => digest)
      .reverse();
  }

  async prune() {
    return [];
  }
}

export class MemoryLive implements LiveFiles {
  held: string | undefined;

  folders(app: string) {
    return { live: `/live/${app}`, data: `/data/${app}`, cache: `/cache/${app}` };
  }

  async holds() {
    return this.held;
  }

  /** Files that were written into, not replaced. */
  inPlace: readonly string[] = [];
  /** When files were put where they are: long ago, unless a test says otherwise. */
  placed: Record<string, number> = {};

  async write(_app: string, release: Release, _exported: string, inPlace: readonly string[] = []) {
    this.held = release.digest;
    this.inPlace = inPlace;
  }

  async placedAt(_app: string, paths: readonly string[]) {
    return new Map(paths.map((path) => [path, this.placed[path] ?? 0]));
  }

  async tidy() {}

  async intact() {
    return true;
  }

  /** Links, as a container may plant them. */
  links: ReadonlyMap<string, string> = new Map();

  async leads() {
    return this.links;
  }
}

export class RecordingOutbox {
  readonly sent: Notification[] = [];

  take(fact: Fact): void {
    const notification = notificationOf(fact);
    if (notification) this.sent.push(notification);
  }

  reconfigured(): void {}

  async settled(): Promise<void> {}
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
