// For node --require=…: of the program in dist what V8 made of its text is kept for its next start, which takes a third less of a processor; tests start it
// hundreds of times. V8 refuses what another Node or other flags made; then, and for any other build, nothing is different. A daemon sets flags of its own
// (src/edges/heap.ts), so what it would keep would be refused from then on.
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join, resolve } = require('node:path');
const { constants, Script } = require('node:vm');

const program = resolve(__dirname, '../../dist/harbormaster.cjs');
const folder = resolve(__dirname, '../../node_modules/.cache/harbormaster-tests');
const compile = Module.prototype._compile;

Module.prototype._compile = function (content, filename) {
  if (filename !== program || process.env.NODE_OPTIONS) return compile.call(this, content, filename);
  const kept = join(folder, `${statSync(program).mtimeMs}.v8`);
  const cachedData = readOrNothing(kept);
  const script = new Script(Module.wrap(content.replace(/^#!/, '//')), {
    filename,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const isKeeper = !process.argv.includes('run') && (cachedData === undefined || script.cachedDataRejected);
  if (isKeeper) process.once('exit', () => keep(kept, script.createCachedData()));
  const require = Object.assign((id) => this.require(id), { main: process.mainModule, cache: Module._cache });
  return script.runInThisContext().call(this.exports, this.exports, require, this, filename, dirname(filename));
};

function readOrNothing(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function keep(path, data) {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${path}.${process.pid}`, data);
    renameSync(`${path}.${process.pid}`, path);
    for (const other of readdirSync(folder)) if (other !== basename(path)) rmSync(join(folder, other), { force: true });
  } catch {
    // The next one may.
  }
}
