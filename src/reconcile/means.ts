import { configurationDigest } from '../core/digest.ts';
import type { HostConfig } from '../model/config.ts';
import type { Means } from '../model/means.ts';
import type { Engine, EngineFacts } from '../ports.ts';

/** Tells with what an operation is decided and done. */
export interface MeansBook {
  /** As it is at this moment. */
  now(): Promise<Means>;
  /** As it was known last: nobody waits for an engine that does not answer only to write down that it does not answer. */
  lately(): Promise<Means>;
}

interface MeansOptions {
  readonly harbormaster: Means['harbormaster'];
  readonly engine: Pick<Engine, 'facts'>;
  readonly config: () => Pick<HostConfig, 'fingerprint'>;
  /** The host's: the configuration may hold secrets. */
  readonly key: Uint8Array;
}

export function createMeansBook({ harbormaster, engine, config, key }: MeansOptions): MeansBook {
  let known: EngineFacts | 'silent' | undefined;
  const ask = async (): Promise<EngineFacts | 'silent'> => {
    known = await engine.facts().catch(() => 'silent' as const);
    return known;
  };
  const means = (facts: EngineFacts | 'silent'): Means => ({
    harbormaster,
    ...(facts === 'silent'
      ? { engine: undefined, compose: undefined, isolation: undefined }
      : { engine: facts.version, compose: facts.compose, isolation: facts.isolation }),
    configuration: configurationDigest(key, config()),
  });
  return {
    now: async () => means(await ask()),
    lately: async () => means(known ?? (await ask())),
  };
}
