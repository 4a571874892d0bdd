import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { sha256 } from '../../core/digest.ts';
import type { Release } from '../../model/release.ts';

/** A release in its folder: the sealed text as it is given to Compose, the secret values, and everything else. All for the owner alone. */
export const files = { compose: 'compose.json', environment: 'environment.json', description: 'release.json' } as const;

/** What is written into each file. `saved` counts up within an app: its order does not hang on clocks. */
export function contentsOf(release: Release, saved: number): Readonly<Record<keyof typeof files, string>> {
  const { compose, environment, ...description } = release;
  const secrets = JSON.stringify(environment);
  const seal = { compose: sha256(compose), environment: sha256(secrets) };
  return { compose, environment: secrets, description: JSON.stringify({ v: 1, saved, seal, release: description }) };
}

export interface ReadRelease {
  readonly release: Release;
  readonly saved: number;
}

/** Reads a release folder; what is wrong with it is the reason of the rejection. */
export async function readRelease(folder: string, app: string, digest: string): Promise<ReadRelease> {
  const text = async (name: keyof typeof files) => readFile(join(folder, files[name]), 'utf8');
  const { saved, seal, release } = description.parse(JSON.parse(await text('description')));
  const [compose, secrets] = [await text('compose'), await text('environment')];
  if (sha256(compose) !== seal.compose) throw new Error(`${files.compose} is not what was sealed`);
  if (sha256(secrets) !== seal.environment) throw new Error(`${files.environment} is not what was sealed`);
  if (release['app'] !== app || release['digest'] !== digest) throw new Error('it describes another release');
  const whole: unknown = { ...release, compose, environment: JSON.parse(secrets) };
  if (!isRelease(whole)) throw new Error('its description is of another version');
  return { release: whole, saved };
}

const record = z.record(z.string(), z.unknown());
const description = z.object({
  v: z.literal(1),
  saved: z.int(),
  seal: z.object({ compose: z.string(), environment: z.string() }),
  release: record,
});

const text = z.string();
const texts = z.array(text);
const pin = z.looseObject({ requested: text, pinned: text, resolvedAt: text, from: text });
const object = z.looseObject({ id: text, type: z.enum(['blob', 'tree', 'commit']), at: text.optional() });
const named = z.looseObject({ key: text, name: text, external: z.boolean(), digest: text });
const identity = z.looseObject({ name: text, email: text, at: text });

const shape = z.looseObject({
  digest: text,
  app: text,
  project: text,
  revision: z.looseObject({
    repository: text,
    ref: text,
    commit: text,
    author: identity,
    committer: identity,
    subject: text,
  }),
  services: z.array(
    z.looseObject({
      name: text,
      image: pin,
      digest: text,
      dependsOn: z.array(z.looseObject({ service: text, condition: text, restart: z.boolean() })),
      sharesWith: texts,
      oneShot: z.boolean(),
      replicas: z.int(),
      healthcheck: z.boolean(),
      ports: z.array(z.looseObject({ hostIp: text, port: z.int(), protocol: text })),
      networks: texts,
      content: z.record(text, text),
    }),
  ),
  networks: z.array(named),
  volumes: z.array(named),
  builds: z.array(z.looseObject({ service: text, tag: text, section: record, paths: texts })),
  mounts: z.array(z.looseObject({ path: text, object })),
  inputs: z.looseObject({ objects: z.record(text, text.nullable()), options: text }),
  compose: text,
  environment: z.record(text, text),
  warnings: texts,
});

const isRelease = (value: unknown): value is Release => shape.safeParse(value).success;
