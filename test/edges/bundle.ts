import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes a script of ours, given by its URL, into one that plain Node can run, for tests that kill it; returns its path. */
export async function bundle(entry: string, outfile: string): Promise<string> {
  // Some packages in it are CommonJS and call `require`.
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  const options = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'silent' } as const;
  await build({ ...options, banner, entryPoints: [fileURLToPath(entry)], outfile });
  return outfile;
}
