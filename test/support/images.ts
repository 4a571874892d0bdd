import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type EngineApi, segment } from '../../src/edges/engines/api/client.ts';
import { findImage, tagImage } from '../../src/edges/engines/api/images.ts';
import { header } from '../../src/edges/engines/registry/credentials.ts';
import { type TarEntry, tar } from './tar.ts';

export interface ImageRecipe {
  /** Images with different variants have different digests; `serve` shows it on its page. */
  readonly variant?: string;
  /** Default: `serve`. Every applet of busybox is there too, and so are `idle` and `crash CODE`. */
  readonly command?: readonly string[];
  /** Further files by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further Dockerfile instructions, e.g. `HEALTHCHECK --interval=1s CMD wget -q -O- 127.0.0.1` or `VOLUME /data`. */
  readonly changes?: readonly string[];
}

const recipeLabel = 'hm-test.recipe';

/** They end at once on SIGTERM, which a shell or httpd as PID 1 would not. */
const scripts = {
  'bin/idle': '#!/bin/sh\ntrap "exit 0" TERM INT\nsleep 2147483 &\nwait\n',
  'bin/serve': '#!/bin/sh\ntrap "exit 0" TERM INT\nhttpd -f -p "${1:-80}" -h /www &\nwait\n',
  'bin/crash': '#!/bin/sh\necho "crashing with ${1:-1}" >&2\nexit "${1:-1}"\n',
} as const;

/**
 * Makes an image around Debian's static busybox without any registry, and gives it this tag; some 100 ms, or nothing where the same recipe has the tag
 * already. Returns the reference.
 */
export async function testImage(api: EngineApi, reference: string, recipe: ImageRecipe = {}): Promise<string> {
  const digest = recipeDigest(recipe);
  const before = await findImage(api, reference);
  if (before !== undefined && (await recipeOf(api, reference)) === digest) return reference;
  const changes = [
    `CMD ${JSON.stringify(recipe.command ?? ['serve'])}`,
    'ENV PATH=/bin',
    `LABEL ${recipeLabel}=${digest}`,
    ...(recipe.changes ?? []),
  ];
  const query = new URLSearchParams([
    ['fromSrc', '-'],
    ...changes.map((change): [string, string] => ['changes', change]),
  ]);
  const { body } = await api.send({ method: 'POST', path: `/images/create?${query}`, body: rootFiles(recipe) });
  const id = /sha256:[0-9a-f]{64}/.exec(body.toString())?.[0];
  if (id === undefined) throw new Error(`the engine imported no image: ${body}`);
  await tagImage(api, id, reference);
  if (before !== undefined) await dropIfUnused(api, before.id);
  return reference;
}

const recipeDigest = (recipe: ImageRecipe): string =>
  createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);

/** Images that this process made already, by recipe. */
const shelved = new Map<string, Promise<string>>();

/**
 * As `testImage`, but each recipe is imported once a process: a further name for it costs an eighth. What is made stays in the engine under names that
 * begin with `shelf`, until whoever named the shelf clears it.
 */
export async function shelvedImage(
  api: EngineApi,
  shelf: string,
  reference: string,
  recipe: ImageRecipe = {},
): Promise<string> {
  const digest = recipeDigest(recipe);
  const image = shelved.get(digest) ?? testImage(api, `${shelf}-${process.pid}:${digest}`, recipe);
  shelved.set(digest, image);
  image.catch(() => shelved.delete(digest));
  await tagImage(api, await image, reference);
  return reference;
}

const dropIfUnused = (api: EngineApi, id: string) =>
  api.send({ method: 'DELETE', path: `/images/${id}`, accept: [404, 409] });

/** Pushes a tagged image; returns the digest that the registry has it under. `login`: user and password. */
export async function pushImage(api: EngineApi, reference: string, login?: readonly [string, string]): Promise<string> {
  const at = reference.lastIndexOf(':');
  const [username, password] = login ?? ['', ''];
  const headers = { 'x-registry-auth': header({ username, password }, reference) };
  let digest: string | undefined;
  let failure: string | undefined;
  const path = `/images/${segment(reference.slice(0, at))}/push`;
  await api.stream({ method: 'POST', path, query: { tag: reference.slice(at + 1) }, headers }, (line) => {
    const { error, aux } = pushLine.parse(line);
    failure ??= error;
    digest ??= aux?.Digest;
  });
  if (digest === undefined) throw new Error(`push of ${reference}: ${failure ?? 'no digest told'}`);
  return digest;
}

const pushLine = z.object({ error: z.string().optional(), aux: z.object({ Digest: z.string() }).optional() });

function rootFiles({ variant = 'one', files = {} }: ImageRecipe): Buffer {
  const own = { ...scripts, ...files };
  return tar([
    { path: 'bin/busybox', content: busybox().binary, mode: 0o755 },
    // Symbolic links would be a file each, for the engine to make and to remove: half of the work of an image.
    ...busybox().applets.map((applet): TarEntry => ({ path: `bin/${applet}`, sameAs: 'bin/busybox' })),
    { path: 'etc/passwd', content: 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' },
    { path: 'www/index.html', content: variant },
    ...Object.entries(own).map(
      ([path, content]): TarEntry => ({
        path: path.replace(/^\//, ''),
        content,
        mode: content.startsWith('#!') ? 0o755 : 0o644,
      }),
    ),
  ]);
}

let found: { readonly binary: Buffer; readonly applets: readonly string[] } | undefined;

function busybox() {
  found ??= {
    binary: readFileSync('/bin/busybox'),
    applets: execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name !== '' && name !== 'busybox'),
  };
  return found;
}

const labelled = z.object({ Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }) });

async function recipeOf(api: EngineApi, reference: string): Promise<string | undefined> {
  const image = await api.json({ method: 'GET', path: `/images/${segment(reference)}/json`, accept: [404] });
  return image === undefined ? undefined : labelled.parse(image).Config.Labels?.[recipeLabel];
}
