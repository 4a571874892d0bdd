import { resolve } from 'node:path';
import { asHarborError, HarborError } from '../errors.ts';
import type { HostConfig } from '../model/config.ts';
import type { ConfigurationSource, ConfigurationText, Offer } from '../model/configuration.ts';
import { type Afar, onlyNear, withPlaceholders } from './afar.ts';
import type { Surroundings } from './assemble.ts';
import { commandLine } from './command-line.ts';
import { fencedLookup, judgeForeign } from './fence.ts';
import { configFiles, type Files, missing } from './files.ts';
import { type Elsewhere, elsewhereIn } from './from.ts';
import type { Found, Lookup } from './interpolate.ts';
import { type Layer, layerOf, nothing } from './layer.ts';
import { stacked } from './layers.ts';
import { printable } from './problems.ts';
import { type Catalogues, configSchema } from './schema.ts';
import { assemble, type FolderGit } from './with-found.ts';

export interface LoadRequest {
  /** This host's own file. */
  readonly file: string;
  /** The machine's host name; the file may say another. */
  readonly host: string;
  /** What `${NAME}` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly catalogues: Catalogues;
  /** Told of each file that is read, by its absolute path: also of those that a load reads which fails. */
  readonly told?: (path: string) => void;
  /** What the command line says in place of `config.from`; then the host need not have a file of its own. */
  readonly from?: FromOptions | undefined;
  /** Asked where the configuration comes from a repository. */
  readonly git?: ConfigurationGit | undefined;
  /** The newest configuration or none. Otherwise what was in force last is used where that cannot be had, and says so (`troubles`). */
  readonly strict?: boolean;
  readonly afar?: Afar | undefined;
}

export interface FromOptions {
  /** Keys of `config.from`, and `token_file`; paths absolute. */
  readonly values: Readonly<Record<string, string>>;
  /** How each was said: `--config-branch`. */
  readonly names: Readonly<Record<string, string>>;
  /** Whether somebody named the host's own file besides. */
  readonly ownIsChosen: boolean;
}

/** What a load asks of Git. */
export interface ConfigurationGit extends FolderGit {
  text(source: ConfigurationSource): Promise<Offer<ConfigurationText>>;
}

/** Reads, judges and resolves a configuration. Throws `config-missing`, or `config-invalid` with every problem in the message. */
export async function loadConfig(request: LoadRequest): Promise<HostConfig> {
  const { host, catalogues, afar } = request;
  const file = resolve(request.file);
  const schema = configSchema(catalogues);
  const files = configFiles(file, request.environment['HOME'], request.told);
  const around = { file, files, host, catalogues, schema, afar };
  const here = lookupIn(request, files);
  const lookup = afar?.lacks ? withPlaceholders(here, afar.lacks) : here;
  const own = await ownLayer(request, files, lookup);
  const { git, strict = false } = request;
  const elsewhere =
    afar === undefined
      ? await elsewhereIn(own.layer, { schema, files, file, notifiers: catalogues.notifiers })
      : undefined;
  if (elsewhere === undefined)
    return assemble({ layer: own.layer, foreign: [], origin: { file } }, around, { git, strict });
  return fromGit(request, { around, lookup, own, elsewhere });
}

interface Own {
  readonly layer: Layer;
  /** Undefined: the host has no file of its own. */
  readonly file: string | undefined;
}

/** This host's own file, with what the command line says over it. */
async function ownLayer({ file, from, afar }: LoadRequest, files: Files, lookup: Lookup): Promise<Own> {
  const content = await files.read(resolve(file));
  const isAbsent = 'fault' in content && content.fault === missing && from !== undefined && !from.ownIsChosen;
  if ('fault' in content && !isAbsent) throw unreadable(file, content.fault);
  const layer = 'text' in content ? await layerOf(content.text, file, lookup, afar ? onlyNear : []) : nothing(file);
  const over = from === undefined ? layer : await commandLine(layer, from, lookup);
  return { layer: over, file: 'text' in content ? resolve(file) : undefined };
}

function unreadable(file: string, fault: string): HarborError {
  if (fault !== missing)
    return new HarborError(`the configuration ${file} ${fault}`, {
      code: 'config-invalid',
      hint: 'Name another file with --config FILE.',
    });
  return new HarborError(`there is no configuration at ${file}`, {
    code: 'config-missing',
    hint: 'Write one with `harbormaster init`, name another with --config FILE, or a repository with --config-repo URL.',
  });
}

interface FromGit {
  readonly around: Surroundings;
  readonly lookup: Lookup;
  readonly own: Own;
  readonly elsewhere: Elsewhere;
}

/** The newest that Git has; where that cannot be had or is wrong, what was in force last. */
async function fromGit(request: LoadRequest, parts: FromGit): Promise<HostConfig> {
  const { git, strict = false } = request;
  if (git === undefined) throw new HarborError('nobody can ask Git here', { code: 'bug' });
  const { newest, kept } = await git.text(parts.elsewhere.source);
  try {
    if (newest instanceof Error) throw newest;
    return await together(newest, parts, { git, strict });
  } catch (error) {
    const { code, message, hint } = asHarborError(error);
    if (strict || kept === undefined || kept === newest) throw error;
    const config = await together(kept, parts, { git, strict }).catch(() => {
      throw error;
    });
    return { ...config, troubles: [...config.troubles, { of: 'configuration', code, message, hint }] };
  }
}

async function together(
  text: ConfigurationText,
  { around, lookup, own, elsewhere }: FromGit,
  looking: Parameters<typeof assemble>[2],
): Promise<HostConfig> {
  const { source, fence } = elsewhere;
  const { revision } = text;
  const name = placeName(revision.repository, revision.commit, source.path);
  const shared = await layerOf(text.text, name, fencedLookup(lookup, fence, around.files));
  const config = await assemble(
    {
      layer: stacked(own.layer, shared),
      foreign: judgeForeign(shared.root, fence, around.files),
      origin: { file: own.file, revision, path: source.path },
    },
    around,
    looking,
  );
  return { ...config, source, text };
}

/** What places in a repository's file are called: `https://git.example.org/ops/hosts.git@8f3c1d0e5b7a:harbormaster.yml`. */
const placeName = (repository: string, commit: string, path: string): string =>
  printable(`${repository}@${commit.slice(0, 12)}:${path}`);

const lookupIn =
  ({ environment }: LoadRequest, files: Files): Lookup =>
  async (reference): Promise<Found> => {
    if (reference.kind === 'file') {
      const content = await files.read(reference.path);
      if ('fault' in content)
        return { kind: 'fault', text: `reads the file ${files.resolve(reference.path)}, which ${content.fault}` };
      return { kind: 'secret', value: content.text.replace(/[\r\n]+$/, '') };
    }
    const { name, fallback } = reference;
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value !== undefined && (value !== '' || fallback === undefined)) return { kind: 'secret', value };
    if (fallback !== undefined) return { kind: 'plain', value: fallback };
    return {
      kind: 'fault',
      text: `reads the variable ${name}, which is not set; set it, or write \${${name}:-default}`,
    };
  };
