// Writes what is generated from schemas: the tables in docs/configuration.md and docs/policy.md, docs/harbormaster.schema.json,
// docs/log-reference.md, docs/log-entry.schema.json, and docs/openapi.json.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Node 20 runs no TypeScript: the few modules needed are bundled, next to the packages that they import. */
async function load(source) {
  const outfile = `${root}/node_modules/.cache/harbormaster/generate-docs.mjs`;
  const stdin = { contents: source, resolveDir: root, loader: 'ts' };
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    stdin,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const loaded = await import(pathToFileURL(outfile).href);
  await rm(outfile);
  return loaded;
}

const {
  apiDescription,
  checks,
  composeInstallation,
  entryJsonSchema,
  jsonSchema,
  logReference,
  notifiers,
  refreshed,
  refreshedPolicy,
  socketProxy,
  strategies,
  systemdUnit,
  usualPaths,
  webhooks,
} = await load(`
  export { apiDescription } from './src/api/all-routes.ts';
  export { composeInstallation, socketProxy } from './src/core/compose-installation.ts';
  export { systemdUnit, usualPaths } from './src/core/systemd-unit.ts';
  export { entryJsonSchema, logReference } from './src/edges/deployment-log/reference.ts';
  export { jsonSchema } from './src/config/json-schema.ts';
  export { refreshed } from './src/config/reference.ts';
  export { refreshedPolicy } from './src/config/policy-reference.ts';
  export * as checks from './src/edges/checks/index.ts';
  export * as notifiers from './src/edges/notifiers/index.ts';
  export * as strategies from './src/strategies/index.ts';
  export * as webhooks from './src/api/webhooks/index.ts';
`);
const catalogues = {
  notifiers: Object.values(notifiers),
  checks: Object.values(checks),
  strategies: Object.values(strategies).map(({ type }) => type),
  webhooks: Object.values(webhooks).map(({ type }) => type),
};
const page = `${root}/docs/configuration.md`;
await writeFile(page, refreshed(await readFile(page, 'utf8'), catalogues));
const policy = `${root}/docs/policy.md`;
await writeFile(policy, refreshedPolicy(await readFile(policy, 'utf8')));
await writeFile(`${root}/docs/harbormaster.schema.json`, `${JSON.stringify(jsonSchema(catalogues), undefined, 2)}\n`);
await writeFile(`${root}/docs/log-reference.md`, logReference());
await writeFile(`${root}/docs/log-entry.schema.json`, `${JSON.stringify(entryJsonSchema())}\n`);
await writeFile(`${root}/docs/openapi.json`, `${JSON.stringify(await apiDescription(), undefined, 2)}\n`);

// What `harbormaster install` writes, for those who would rather copy it.
const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
const places = { ...usualPaths, socket: '/var/run/docker.sock' };
await mkdir(`${root}/deploy`, { recursive: true });
await writeFile(`${root}/deploy/harbormaster.service`, systemdUnit(usualPaths));
await writeFile(`${root}/deploy/compose.yaml`, composeInstallation(places, `harbormaster:${version}`, false));
await writeFile(
  `${root}/deploy/compose.socket-proxy.yaml`,
  composeInstallation(places, `harbormaster:${version}`, true),
);
await writeFile(`${root}/deploy/socket-proxy.cfg`, socketProxy());
