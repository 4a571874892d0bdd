// Bundles the real program for torture: the edges that stand in test/torture/instead/ replace their namesakes in src/, and wrap them. Writes to the path given.
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [instead, src] = [join(root, 'test/torture/instead'), join(root, 'src')];

const wrapping = {
  name: 'wrapping',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, importer }) => {
      const meant = resolve(dirname(importer), path);
      const wrapper = join(instead, relative(src, meant));
      // A wrapper imports what it wraps.
      return meant.startsWith(src) && importer.startsWith(src) && existsSync(wrapper) ? { path: wrapper } : undefined;
    });
  },
};

await build({
  entryPoints: [join(src, 'main.ts')],
  outfile: process.argv[2],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'error',
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': '__importMetaUrl', __HARBORMASTER_VERSION__: '"torture"' },
  plugins: [wrapping],
});
