import * as z from 'zod';
import { parseImageRef } from '../../../core/image-ref.ts';
import type { ImageRegistry } from '../../../ports.ts';
import { type EngineApi, engineApi, segment } from '../api/client.ts';
import { shaped } from '../api/shape.ts';
import { type CredentialOptions, type Credentials, dockerCredentials } from './credentials.ts';
import { unavailable } from './failure.ts';
import { registryOf } from './hosts.ts';

export interface EngineRegistryOptions extends CredentialOptions {
  /** E.g. `unix:///var/run/docker.sock`. */
  readonly dockerHost: string;
}

const distribution = z.object({ Descriptor: z.object({ mediaType: z.string(), digest: z.string() }) });

/** Registries as the engine sees them: with its mirrors and certificate authorities. */
export function engineRegistry(options: EngineRegistryOptions): ImageRegistry {
  const api = engineApi(options.dockerHost);
  const credentials = dockerCredentials(options);
  return { resolve: (reference) => resolve(api, credentials, reference) };
}

async function resolve(
  api: EngineApi,
  credentials: Credentials,
  reference: string,
): Promise<Awaited<ReturnType<ImageRegistry['resolve']>>> {
  const name = parseImageRef(reference)?.name ?? reference;
  const headers = await credentials(name);
  try {
    const path = `/distribution/${segment(reference)}/json`;
    const answer = await api.json({ method: 'GET', path, headers });
    const { mediaType, digest } = shaped(distribution, answer, `the registry's answer about ${reference}`).Descriptor;
    return { digest, platformDigest: isIndex(mediaType) ? undefined : digest };
  } catch (cause) {
    throw unavailable(reference, registryOf(name), cause);
  }
}

/** One image for each platform: which one the engine would take is not in its answer. */
const isIndex = (mediaType: string): boolean => /manifest\.list|image\.index/.test(mediaType);
