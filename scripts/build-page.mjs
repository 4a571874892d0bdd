// Bundles web/ into what the daemon serves at `/`: a page, a script and a style, each a gzip in base64.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Pure parts of src/ that the page shares name modules of Node's in functions that it never calls; what is left of them would fail loudly. */
const withoutNode = {
  name: 'without-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'node' }, () => ({
      contents: 'module.exports = {};',
      loader: 'js',
    }));
  },
};

async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [`${root}/web/src/${entry}`],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    plugins: [withoutNode],
  });
  return outputFiles[0].text;
}

const named = (name, extension, text) =>
  `/assets/${name}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${extension}`;

/** Files by their path: `{type, gzip}`. */
export async function buildPage() {
  const [script, style] = [await bundled('main.tsx'), await bundled('style.css')];
  const [scriptPath, stylePath] = [named('app', 'js', script), named('style', 'css', style)];
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Harbormaster</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${stylePath}">
<div id="root"><noscript>This page needs JavaScript; the command line does not: harbormaster status.</noscript></div>
<script type="module" src="${scriptPath}"></script>
</html>
`;
  const file = (type, text) => ({ type, gzip: gzipSync(text, { level: 9 }).toString('base64') });
  return {
    '/': file('text/html; charset=utf-8', html),
    [scriptPath]: file('text/javascript; charset=utf-8', script),
    [stylePath]: file('text/css; charset=utf-8', style),
  };
}
