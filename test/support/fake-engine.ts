import { labels } from '../../src/core/labels.ts';
import { joinedService } from '../../src/core/release-service.ts';
import { HarborError } from '../../src/errors.ts';
import type { ComposeModel } from '../../src/model/compose-model.ts';
import type { Mend } from '../../src/model/mend.ts';
import type {
  ContainerReport,
  EngineEvent,
  LastStart,
  Observed,
  ObservedContainer,
  ObservedNetwork,
} from '../../src/model/observed.ts';
import type { Release } from '../../src/model/release.ts';
import type { Engine, Executed, Job, LocalImage, RenderRequest } from '../../src/ports.ts';

/** How the fake's containers behave once they are made, by service. */
export interface Behaviour {
  readonly state?: ObservedContainer['state'];
  readonly health?: ObservedContainer['health'];
  readonly exitCode?: number;
  readonly restarts?: number;
  readonly healthOutput?: string;
}

/** What becomes of a job once it is started, by its service; without an exit code it runs on. Otherwise it ends at once, with 0. */
export interface JobBehaviour {
  readonly exitCode?: number | undefined;
  readonly output?: string;
}

/** An engine in memory: it keeps what a real one would tell of containers, and nothing else. */
export class FakeEngine implements Engine {
  containers: ObservedContainer[] = [];
  /** Acts in order, as `replace web`. */
  readonly performed: string[] = [];
  readonly images = new Map<string, LocalImage>();
  behaviour: Record<string, Behaviour> = {};
  jobs: Record<string, JobBehaviour> = {};
  /** What a command in a container comes to. */
  executed: (command: readonly string[]) => Executed | undefined = () => ({ exitCode: 0, output: '' });
  /** The same by image as the compose file names it. */
  byImage: (image: string) => Behaviour = () => ({});
  model: ComposeModel = { name: 'none', services: {} };
  unset: string[] = [];
  /** Compose's own hashes, by service. */
  configHashes: Record<string, string> = {};
  /** How each container is configured, by id: for tests to alter as a person would with `docker update`. */
  readonly fields = new Map<string, Record<string, string>>();
  /** When containers were started last, by id; the others at the beginning of time. */
  readonly started = new Map<string, number>();
  readonly #listeners = new Set<Listener>();
  rendered = 0;
  observations = 0;
  down = false;
  failOn: string | undefined;
  /** Called before each act. */
  beforeAct: (act: string) => void = () => undefined;
  #next = 1;

  async facts() {
    return { version: '0', apiVersion: '0', platform: 'linux/amd64', compose: '0', isolation: 'limits' as const };
  }

  async render(request: RenderRequest) {
    this.rendered += 1;
    return {
      model: { ...structuredClone(this.model), name: request.project },
      unset: this.unset,
      isolation: 'limits' as const,
    };
  }

  async hashes() {
    return this.configHashes;
  }

  async observe(): Promise<Observed> {
    this.observations += 1;
    if (this.down) throw unreachable();
    return { containers: [...this.containers] };
  }

  async inspect(ids: readonly string[]): Promise<readonly ContainerReport[]> {
    return this.containers
      .filter(({ id }) => ids.includes(id))
      .map((container) => ({
        ...container,
        exitCode: container.exitCode ?? 0,
        restarts: this.behaviour[container.service ?? '']?.restarts ?? 0,
        oomKilled: false,
        error: '',
        startedAt:
          this.started.get(container.id) ?? (container.job === undefined || container.state === 'created' ? 0 : 1),
        checks: [],
        retries: 3,
        healthOutput: this.behaviour[container.service ?? '']?.healthOutput ?? '',
      }));
  }

  async lastStarts(ids: readonly string[]): Promise<readonly LastStart[]> {
    return await this.inspect(ids);
  }

  async configurations(ids: readonly string[]) {
    const found = this.containers.filter(({ id }) => ids.includes(id));
    return found.map(({ id }) => ({ id, fields: { ...this.fields.get(id) } }));
  }

  async events(told: Listener['told'], signal: AbortSignal): Promise<void> {
    if (this.down) throw unreachable();
    if (signal.aborted) return;
    told({ kind: 'connected' });
    await new Promise<void>((resolve, reject) => {
      const listener = { told, gone: () => reject(unreachable()) };
      this.#listeners.add(listener);
      signal.addEventListener('abort', () => {
        this.#listeners.delete(listener);
        resolve();
      });
    });
  }

  /** Tells whoever listens. */
  emit(event: EngineEvent): void {
    for (const { told } of this.#listeners) told(event);
  }

  /** Breaks every stream of events off. */
  hangUp(): void {
    for (const { gone } of this.#listeners) gone();
    this.#listeners.clear();
  }

  async tail(id: string) {
    const job = this.containers.find((container) => container.id === id && container.job !== undefined);
    return (job && this.#jobOf(job)?.output) ?? '';
  }

  async networks(): Promise<readonly ObservedNetwork[]> {
    return [];
  }

  async volumes() {
    return [];
  }

  async image(reference: string) {
    return this.images.get(reference);
  }

  async pull(pin: { pinned: string }, _keepAs?: string, signal?: AbortSignal) {
    if (signal?.aborted) throw interrupted(`the pull of ${pin.pinned}`);
    if (this.images.has(pin.pinned)) return;
    this.#act(`pull ${pin.pinned}`);
    this.images.set(pin.pinned, { id: `sha256:id-of-${pin.pinned}`, repoDigests: [], repoTags: [] });
  }

  async build({ tag }: { tag: string }, signal?: AbortSignal) {
    if (signal?.aborted) throw interrupted(`the build of ${tag}`);
    this.#act(`build ${tag}`);
    this.images.set(tag, { id: tag, repoDigests: [], repoTags: [] });
  }

  async untag() {}

  async prepare({ project, service, model }: Job) {
    this.#act(`prepare ${service}`);
    const { services } = JSON.parse(model) as ComposeModel;
    const { labels: stamped = {}, container_name: name = service } = services[service] ?? {};
    const id = `j${this.#next++}`;
    this.containers.push({
      id,
      name,
      project,
      service,
      oneOff: false,
      job: stamped[labels.job],
      instance: stamped[labels.instance],
      app: stamped[labels.app],
      digest: stamped[labels.digest],
      imageId: '',
      state: 'created',
      health: 'none',
      exitCode: undefined,
      joins: undefined,
      ports: [],
      configHash: undefined,
    });
    return id;
  }

  async discard(id: string) {
    this.#act(`discard ${id}`);
    const container = this.containers.find((each) => each.id === id);
    if (container?.state === 'running') return false;
    this.containers = this.containers.filter((each) => each.id !== id);
    return true;
  }

  async exec(id: string, command: readonly string[]) {
    this.performed.push(`exec ${id} ${command.join(' ')}`);
    return this.executed(command);
  }

  async reach(ids: readonly string[]) {
    const running = this.containers.filter(({ id, state }) => ids.includes(id) && state === 'running');
    return running.map(({ id, name }) => ({ id, name, addresses: ['127.0.0.1'], published: [] }));
  }

  async create({ release }: Parameters<Engine['create']>[0], services: readonly string[]) {
    this.#act(`create ${services.join(' ')}`);
    for (const service of leadersFirst(release, services)) this.#add(release, service);
  }

  async replace({ release }: Parameters<Engine['replace']>[0], services: readonly string[]) {
    this.#act(`replace ${services.join(' ')}`);
    for (const service of leadersFirst(release, services)) {
      this.containers = this.containers.filter(
        (container) => container.project !== release.project || container.service !== service,
      );
      this.#add(release, service);
    }
  }

  async mend(mend: Mend) {
    const { id } = mend.container;
    this.#act(`mend ${mend.kind} ${id}`);
    if (mend.kind === 'unpause') this.#alter([id], ({ state }) => (state === 'paused' ? { state: 'running' } : {}));
    if (mend.kind === 'rename') this.#alter([id], () => ({ name: mend.to }));
    if (mend.kind === 'connect') this.#configure(id, { [`networks.${mend.network}`]: mend.attachment });
    if (mend.kind === 'disconnect') this.#configure(id, { [`networks.${mend.network}`]: null });
    if (mend.kind === 'update') this.#configure(id, mend.fields);
  }

  async start(ids: readonly string[]) {
    this.#act(`start ${ids.join(' ')}`);
    this.#alter(ids, (container) => {
      if (container.job === undefined) return { state: 'running' };
      const { exitCode } = this.#jobOf(container) ?? { exitCode: 0 };
      return exitCode === undefined ? { state: 'running' } : { state: 'exited', exitCode };
    });
  }

  async restart(ids: readonly string[]) {
    this.#act(`restart ${ids.join(' ')}`);
    this.#alter(ids, () => ({ state: 'running' }));
  }

  async signal(containers: readonly { readonly id: string }[], signals: readonly string[]) {
    for (const signal of signals) this.#act(`signal ${signal} ${containers.map(({ id }) => id).join(' ')}`);
  }

  async stop(ids: readonly string[]) {
    this.#act(`stop ${ids.join(' ')}`);
    this.#alter(ids, () => ({ state: 'exited', exitCode: 137 }));
  }

  async remove(ids: readonly string[]) {
    this.#act(`remove ${ids.join(' ')}`);
    this.containers = this.containers.filter(({ id }) => !ids.includes(id));
  }

  async removeNetwork(id: string) {
    this.#act(`remove-network ${id}`);
  }

  async sweep(project: string) {
    this.#act(`sweep ${project}`);
  }

  /** `pre-deploy-migrate-3` is of `migrate`. */
  #jobOf({ service = '' }: ObservedContainer): JobBehaviour | undefined {
    return Object.entries(this.jobs).find(([name]) => service.includes(`-${name}-`))?.[1];
  }

  #act(act: string): void {
    this.beforeAct(act);
    this.performed.push(act);
    if (this.failOn !== undefined && act.startsWith(this.failOn))
      throw new HarborError(`${act} failed`, { code: 'engine-refused' });
  }

  #alter(ids: readonly string[], change: (container: ObservedContainer) => Partial<ObservedContainer>): void {
    this.containers = this.containers.map((container) =>
      ids.includes(container.id) ? { ...container, ...change(container) } : container,
    );
  }

  #configure(id: string, changes: Readonly<Record<string, string | null>>): void {
    const fields = { ...this.fields.get(id) };
    for (const [field, value] of Object.entries(changes)) {
      if (value === null) delete fields[field];
      else fields[field] = value;
    }
    this.fields.set(id, fields);
  }

  #add(release: Release, service: string): void {
    const model = JSON.parse(release.compose) as ComposeModel;
    const declared = release.services.find(({ name }) => name === service);
    const stamped = model.services[service]?.labels ?? {};
    const leader = leaderOf(release, service);
    const present = this.containers.filter(({ project }) => project === release.project);
    const joins = leader && present.find((container) => container.service === leader)?.id;
    for (let number = 1; number <= (declared?.replicas ?? 1); number += 1) {
      const id = `c${this.#next++}`;
      this.fields.set(id, { [`networks.${release.project}_default`]: JSON.stringify({ aliases: [service] }) });
      this.containers.push({
        id,
        name: `${release.project}-${service}-${number}`,
        project: release.project,
        service,
        oneOff: false,
        instance: stamped[labels.instance],
        app: stamped[labels.app],
        digest: stamped[labels.digest],
        imageId: `id-of-${declared?.image.pinned}`,
        state: 'running',
        health: 'none',
        exitCode: undefined,
        joins,
        ports: [],
        configHash: this.configHashes[service],
        ...this.behaviour[service],
        ...this.byImage(declared?.image.requested ?? ''),
      });
    }
  }
}

interface Listener {
  readonly told: (event: EngineEvent) => void;
  readonly gone: () => void;
}

const unreachable = () => new HarborError('the engine does not answer', { code: 'engine-unreachable' });
const interrupted = (what: string) => new HarborError(`${what} was stopped`, { code: 'interrupted' });

/** `web` of `network_mode: service:web`. */
function leaderOf({ compose }: Release, service: string): string | undefined {
  const model = JSON.parse(compose) as ComposeModel;
  return joinedService(model.services[service]?.network_mode);
}

/** As Compose does: a container can join only one that is there. */
const leadersFirst = (release: Release, services: readonly string[]): readonly string[] =>
  services.toSorted((left, right) => depthOf(release, left) - depthOf(release, right));

function depthOf(release: Release, service: string): number {
  const leader = leaderOf(release, service);
  return leader === undefined ? 0 : 1 + depthOf(release, leader);
}
