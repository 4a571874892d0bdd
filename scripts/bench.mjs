// Bundles bench/NAME.ts into a temporary file and runs it: npm run bench -- NAME [ARGUMENTS]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name = 'noop', ...args] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'hm-bench-'));
const outfile = join(folder, `${name}.mjs`);
await build({
  entryPoints: [join(root, 'bench', `${name}.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'error',
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
});
const { status } = spawnSync(process.execPath, ['--max-semi-space-size=1', outfile, ...args], {
  cwd: root,
  stdio: 'inherit',
  // A bundle does not know where it came from; a program that is driven is yesterday's unless it is built before (npm run build).
  env: { HARBORMASTER_PROGRAM: join(root, 'dist/harbormaster.cjs'), ...process.env },
});
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
