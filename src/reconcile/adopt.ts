import { type Found, movedMounts, networkDifferences, whyNotDeclared } from '../core/adoption.ts';
import { within } from '../core/compose-paths.ts';
import { definitionsOf } from '../core/explain.ts';
import { servicesAndJobs } from '../core/jobs.ts';
import { ownContainers, strangersIn } from '../core/ownership.ts';
import { parseSealed } from '../core/sealed-model.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Observed, ObservedContainer, ObservedNetwork } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { Claim } from '../model/service-record.ts';
import type { Trigger } from '../model/trigger.ts';
import { composeHashes } from './candidate.ts';
import type { AdoptRequest } from './harbor.ts';
import type { Context } from './pass.ts';

interface Adoption {
  readonly app: App;
  readonly revision: Revision;
  readonly release: Release;
  readonly observed: Observed;
  readonly request: AdoptRequest;
  readonly trigger: Trigger;
  readonly progress: (message: string) => void;
}

/** A container to be taken over, beside the service that it is of. */
interface Candidate {
  readonly container: ObservedContainer;
  readonly service: ReleaseService;
  readonly fields: Found['fields'];
}

/**
 * Writes down that the containers of a project that somebody else started are ours from now on, each with the service digest that it stands for: the
 * release's own where its definition and image are the same, so that the next comparison keeps it. Touches nothing.
 */
export async function adopt(adoption: Adoption, context: Context): Promise<void> {
  const { app, request, trigger, progress } = adoption;
  const candidates = await candidatesOf(adoption, context);
  assertNoDataLeftBehind(candidates, adoption, context);
  const networks = await adoptableNetworks(adoption, context);
  const containers = await claimsOn(candidates, adoption, context);
  const kept = containers.filter(({ differs }) => differs === undefined).map(({ name }) => name);
  if (kept.length > 0) progress(`keeps ${kept.join(', ')}`);
  for (const { name, differs } of containers) if (differs !== undefined) progress(`replaces ${name}: it ${differs}`);
  const { project } = app;
  const { reason } = request;
  await context.journal.record({ kind: 'adopted', app: app.name, project, trigger, reason, containers, networks });
}

async function candidatesOf(adoption: Adoption, { engine, instance }: Context): Promise<readonly Candidate[]> {
  const { app, release, observed } = adoption;
  const strangers = strangersIn(observed, app, instance);
  if (strangers.length === 0) throw nothingToAdopt(app, ownContainers(observed, app, instance).length > 0);
  assertNobodyElses(adoption, strangers, instance);
  const undeclared = strangers.filter((container) => serviceOf(container, release) === undefined);
  if (undeclared.length > 0) throw notDeclared(app, undeclared);
  const configurations = await engine.configurations(strangers.map(({ id }) => id));
  return strangers.flatMap((container): readonly Candidate[] => {
    const service = serviceOf(container, release);
    const fields = configurations.find(({ id }) => id === container.id)?.fields ?? {};
    return service ? [{ container, service, fields }] : [];
  });
}

/** What ran as a job is taken over as well, and cleared away. */
const serviceOf = (container: ObservedContainer, release: Release): ReleaseService | undefined =>
  servicesAndJobs(release).find(({ name }) => name === container.service);

async function claimsOn(
  candidates: readonly Candidate[],
  { app, revision, release }: Adoption,
  context: Context,
): Promise<readonly Claim[]> {
  const hashes = await composeHashes(app, revision, context);
  const definitions = definitionsOf(release.compose);
  return Promise.all(
    candidates.map(async ({ container, service, fields }): Promise<Claim> => {
      const { id, name, configHash } = container;
      const { digest } = service;
      const claim = { id, name, key: service.name, digest };
      if (container.digest === digest) return claim;
      const sameHash = configHash !== undefined && configHash === hashes[service.name];
      const sameImage = (await context.engine.image(service.image.pinned))?.id === container.imageId;
      const differs = whyNotDeclared(service, definitions[service.name] ?? {}, { sameHash, sameImage, fields });
      if (differs === undefined) return claim;
      return { ...claim, digest: `adopted:${configHash ?? id.slice(0, 12)}`, differs };
    }),
  );
}

/**
 * The project's networks that Git declares. One that was made otherwise is refused: making it anew would stop everybody who is attached, which nobody
 * expects of taking over, and keeping it would leave open what Git declares to be closed.
 */
async function adoptableNetworks({ app, release }: Adoption, context: Context): Promise<readonly Claim[]> {
  const { networks: definitions = {} } = parseSealed(release.compose);
  const found = await context.engine.networks(app.project);
  return found.flatMap((network): readonly Claim[] => {
    const { id, name, instance } = network;
    const declared = release.networks.find(({ key, external }) => key === network.key && !external);
    if (declared === undefined || instance === context.instance) return [];
    const { key, digest } = declared;
    const other = networkDifferences(definitions[key] ?? null, network);
    if (other.length > 0) throw otherNetwork(app, network, key, other);
    return [{ id, name, key, digest }];
  });
}

const otherNetwork = (
  { name, project }: App,
  network: ObservedNetwork,
  key: string,
  fields: readonly string[],
): HarborError =>
  new HarborError(`the network ${network.name} is not as Git declares it: ${fields.join(', ')}`, {
    code: 'project-foreign',
    hint: `A network cannot be changed while containers use it. Let networks.${key} in the compose file say what runs, adopt, and change it afterwards: harbormaster plan ${name} then shows who is stopped for it. Or stop everything now (docker compose --project-name ${project} down), and it is started as Git declares.`,
  });

/** A folder beside the compose file that Git does not hold is the service's data: in our folder there would be nothing in its place. */
function assertNoDataLeftBehind(candidates: readonly Candidate[], { app, release }: Adoption, { live }: Context): void {
  const { live: root } = live.folders(app.name);
  const definitions = definitionsOf(release.compose);
  for (const { service, fields } of candidates) {
    for (const { from, to, target } of movedMounts(definitions[service.name] ?? {}, fields)) {
      const path = within(root, to);
      if (path === undefined || Object.hasOwn(service.content, path)) continue;
      throw new HarborError(
        `service ${service.name} keeps ${target} in ${from}, which is not in Git: it would find an empty folder instead`,
        {
          code: 'project-foreign',
          hint: `Declare that folder by its absolute path in the compose file (${from}:${target}), or move its data to a named volume; then adopt again.`,
        },
      );
    }
  }
}

function assertNobodyElses({ app, request }: Adoption, strangers: readonly ObservedContainer[], own: string): void {
  const other = strangers.find(({ instance }) => instance !== undefined && instance !== request.from);
  if (other === undefined) return;
  if (other.instance === own && other.app !== undefined) {
    throw new HarborError(`the container ${other.name} belongs to the app ${other.app}`, {
      code: 'project-foreign',
      hint: `Let it go there first: harbormaster forget ${other.app}. Then adopt again.`,
    });
  }
  throw new HarborError(`the container ${other.name} belongs to another Harbormaster (instance ${other.instance})`, {
    code: 'project-foreign',
    hint: `If that one is gone for good: harbormaster adopt ${app.name} --from ${other.instance}. If it still runs, forget the app there first.`,
  });
}

const notDeclared = ({ project }: App, containers: readonly ObservedContainer[]): HarborError =>
  new HarborError(
    `the project ${project} also runs what Git does not declare, and would lose it: ${containers.map(({ name }) => name).join(', ')}`,
    {
      code: 'project-foreign',
      hint: 'Add these services to the compose file, or stop and remove the containers yourself; then adopt again.',
    },
  );

const nothingToAdopt = ({ name, project }: App, isOurs: boolean): HarborError =>
  isOurs
    ? new HarborError(`the project ${project} is ours already`, {
        code: 'usage',
        hint: `See: harbormaster status ${name}`,
      })
    : new HarborError(`nothing of a Compose project ${project} is there to adopt`, {
        code: 'usage',
        hint: `Does the running project have another name? See: docker compose ls. Then set apps.${name}.project.`,
      });
