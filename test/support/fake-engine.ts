import { labels } from '../../src/core/labels.ts';
import { joinedService } from '../../src/core/release-service.ts';
import { HarborError } from '../../src/errors.ts';
import type { ComposeModel } from '../../src/model/compose-model.ts';
import type { ContainerReport, Observed, ObservedContainer, ObservedNetwork } from '../../src/model/observed.ts';
import type { Release } from '../../src/model/release.ts';
import type { Engine, LocalImage, RenderRequest } from '../../src/ports.ts';

/** How the fake's containers behave once they are made, by service. */
export interface Behaviour {
  readonly state?: ObservedContainer['state'];
  readonly health?: ObservedContainer['health'];
  readonly exitCode?: number;
  readonly restarts?: number;
  readonly healthOutput?: string;
}

/** An engine in memory: it keeps what a real one would tell of containers, and nothing else. */
export class FakeEngine implements Engine {
  containers: ObservedContainer[] = [];
  /** Acts in order, as `replace web`. */
  readonly performed: string[] = [];
  readonly images = new Map<string, LocalImage>();
  behaviour: Record<string, Behaviour> = {};
  model: ComposeModel = { name: 'none', services: {} };
  unset: string[] = [];
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

  async observe(): Promise<Observed> {
    this.observations += 1;
    if (this.down) throw new HarborError('the engine does not answer', { code: 'engine-unreachable' });
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
        startedAt: 0,
        healthOutput: this.behaviour[container.service ?? '']?.healthOutput ?? '',
      }));
  }

  async tail() {
    return '';
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

  async pull(pin: { pinned: string }) {
    if (this.images.has(pin.pinned)) return;
    this.#act(`pull ${pin.pinned}`);
    this.images.set(pin.pinned, { id: `sha256:id-of-${pin.pinned}`, repoDigests: [], repoTags: [] });
  }

  async build({ tag }: { tag: string }) {
    this.#act(`build ${tag}`);
    this.images.set(tag, { id: tag, repoDigests: [], repoTags: [] });
  }

  async untag() {}

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

  async start(ids: readonly string[]) {
    this.#act(`start ${ids.join(' ')}`);
    this.#change(ids, 'running');
  }

  async stop(ids: readonly string[]) {
    this.#act(`stop ${ids.join(' ')}`);
    this.#change(ids, 'exited');
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

  #act(act: string): void {
    this.beforeAct(act);
    this.performed.push(act);
    if (this.failOn !== undefined && act.startsWith(this.failOn))
      throw new HarborError(`${act} failed`, { code: 'engine-refused' });
  }

  #change(ids: readonly string[], state: ObservedContainer['state']): void {
    this.containers = this.containers.map((container) =>
      ids.includes(container.id) ? { ...container, state } : container,
    );
  }

  #add(release: Release, service: string): void {
    const model = JSON.parse(release.compose) as ComposeModel;
    const declared = release.services.find(({ name }) => name === service);
    const stamped = model.services[service]?.labels ?? {};
    const leader = leaderOf(release, service);
    const present = this.containers.filter(({ project }) => project === release.project);
    const joins = leader && present.find((container) => container.service === leader)?.id;
    for (let number = 1; number <= (declared?.replicas ?? 1); number += 1) {
      this.containers.push({
        id: `c${this.#next++}`,
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
        ...this.behaviour[service],
      });
    }
  }
}

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
