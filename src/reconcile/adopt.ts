import { ownContainers, strangersIn } from '../core/ownership.ts';
import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { Claim, Trigger } from '../model/entry.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import type { Release, ReleaseService } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
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
}

/**
 * Writes down that the containers of a project that somebody else started are ours from now on, each with the service digest that it stands for: the
 * release's own where its definition and image are the same, so that the next comparison keeps it. Touches nothing.
 */
export async function adopt(adoption: Adoption, context: Context): Promise<void> {
  const { app, revision, release, observed, request, trigger } = adoption;
  const strangers = strangersIn(observed, app, context.instance);
  assertAdoptable(adoption, strangers, context.instance);
  const hashes = await composeHashes(app, revision, context);
  const containers = await Promise.all(
    strangers.map(async (container): Promise<Claim> => {
      const service = release.services.find(({ name }) => name === container.service);
      const isSame = service !== undefined && (await isTheSame(container, service, hashes[service.name], context));
      const digest = isSame ? service.digest : `adopted:${container.configHash ?? container.id.slice(0, 12)}`;
      return { id: container.id, name: container.name, key: container.service ?? container.name, digest };
    }),
  );
  const networks = (await context.engine.networks(app.project)).flatMap(
    ({ id, name, key, instance }): readonly Claim[] => {
      const declared = release.networks.find((network) => network.key === key && !network.external);
      return declared && instance !== context.instance
        ? [{ id, name, key: declared.key, digest: declared.digest }]
        : [];
    },
  );
  const { project } = app;
  const { reason } = request;
  await context.journal.record({ kind: 'adopted', app: app.name, project, trigger, reason, containers, networks });
}

async function isTheSame(
  container: ObservedContainer,
  service: ReleaseService,
  hash: string | undefined,
  { engine }: Context,
): Promise<boolean> {
  if (container.digest === service.digest) return true;
  if (hash === undefined || container.configHash !== hash) return false;
  return (await engine.image(service.image.pinned))?.id === container.imageId;
}

function assertAdoptable(
  { app, release, request, observed }: Adoption,
  strangers: readonly ObservedContainer[],
  instance: string,
): void {
  if (strangers.length === 0) throw nothingToAdopt(app, ownContainers(observed, app, instance).length > 0);
  const others = strangers.find((container) => container.instance !== undefined && container.instance !== request.from);
  if (others) {
    throw new HarborError(
      `the container ${others.name} belongs to another Harbormaster (instance ${others.instance})`,
      {
        code: 'project-foreign',
        hint: `If that one is gone for good: harbormaster adopt ${app.name} --from ${others.instance}. If it still runs, forget the app there first.`,
      },
    );
  }
  const declared = new Set(release.services.map(({ name }) => name));
  const undeclared = strangers.filter(({ service }) => service === undefined || !declared.has(service));
  if (undeclared.length === 0) return;
  const names = undeclared.map(({ name }) => name).join(', ');
  throw new HarborError(`the project ${app.project} also runs what Git does not declare, and would lose it: ${names}`, {
    code: 'project-foreign',
    hint: 'Add these services to the compose file, or stop and remove the containers yourself; then adopt again.',
  });
}

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
