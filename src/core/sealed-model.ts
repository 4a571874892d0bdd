import { HarborError } from '../errors.ts';
import type { ComposeModel, ComposeService } from '../model/compose-model.ts';
import { isRecord, mapValues } from './compose-paths.ts';

/** The model that a release's compose text holds. */
export function parseSealed(compose: string): ComposeModel {
  const model: unknown = JSON.parse(compose);
  if (isComposeModel(model)) return model;
  throw new HarborError('a sealed release has no services', { code: 'bug' });
}

const isComposeModel = (value: unknown): value is ComposeModel => isRecord(value) && isRecord(value['services']);

/** A service with the names that its keys of networks and volumes stand for: under another name the same key is another network, or other data. */
export function withNames(service: ComposeService, { networks, volumes }: ComposeModel): ComposeService {
  return {
    ...service,
    ...(service.networks && {
      networks: mapValues(service.networks, (attachment, key) => ({
        ...(isRecord(attachment) && attachment),
        name: networks?.[key]?.name ?? key,
      })),
    }),
    ...(service.volumes && {
      volumes: service.volumes.map((mount) =>
        mount.type === 'volume' && mount.source !== undefined
          ? { ...mount, source: volumes?.[mount.source]?.name ?? mount.source }
          : mount,
      ),
    }),
  };
}

const notDigested = ['depends_on', 'scale'];

/** The parts of a sealed service that need a new container when they change: not in which order it starts, and not how many of it run. */
export function essence(service: ComposeService, model: ComposeModel): ComposeService {
  const { deploy, ...rest } = withNames(service, model);
  const { replicas: _, ...resources } = deploy ?? {};
  const kept = Object.entries(resources).filter(([, value]) => !isEmpty(value));
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => !notDigested.includes(key) && !key.startsWith('x-'))),
    ...(kept.length > 0 && { deploy: Object.fromEntries(kept) }),
  };
}

const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;
