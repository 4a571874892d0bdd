import { discoveryName } from '../core/configuration.ts';
import { asHarborError, HarborError } from '../errors.ts';
import type { Repository } from '../model/app.ts';
import type { HostConfig } from '../model/config.ts';
import type { ConfigurationTrouble, Discovery, Finding, Offer } from '../model/configuration.ts';
import { type Assembly, type Examined, examine, type Surroundings } from './assemble.ts';
import { expand, type FoundAt } from './found-apps.ts';
import { configInvalid, type Problem } from './problems.ts';
import { relevance } from './relevance.ts';
import { child } from './tree.ts';

/** What a load asks of Git about folders. */
export interface FolderGit {
  /** Whether it can be asked about that repository at all; what cannot be asked is left out. All, unless it says so. */
  knows?(repository: Repository): boolean;
  folders(discovery: Discovery): Promise<Offer<Finding>>;
}

interface Looking {
  readonly git: FolderGit | undefined;
  /** The newest or nothing. */
  readonly strict: boolean;
}

/** Judges a configuration and finds the apps that it means besides. Throws `config-invalid` with every problem in the message. */
export async function assemble(assembly: Assembly, around: Surroundings, looking: Looking): Promise<HostConfig> {
  const list = child(assembly.layer.root, 'discover');
  const isOpen = list?.kind === 'list' && list.items.length > 0;
  const bare = await examine(assembly, around, isOpen);
  if (bare.problems.length > 0) throw configInvalid(bare.problems);
  const discoveries = isOpen ? bare.discoveries() : [];
  if (!isOpen) return bare.resolved();
  const { git, strict } = looking;
  if (git === undefined) throw new HarborError('nobody can ask Git here', { code: 'bug' });
  const known = discoveries.filter(({ repository }) => git.knows?.(repository) !== false);
  const places = await Promise.all(known.map(async (discovery) => placeOf(discovery, await git.folders(discovery))));
  const failed = places.flatMap(({ failure }) => failure ?? []);
  if (strict && failed[0]) throw failed[0];
  const { examined, found } = await settled(assembly, around, places, strict);
  return { ...examined.resolved(), ...about(places, found, assembly) };
}

/** One place where apps are found: what may be taken of it, the best first. */
interface Place {
  readonly discovery: Discovery;
  readonly index: number;
  readonly ahead: Finding[];
  /** Why the newest cannot be taken. */
  failure: HarborError | undefined;
}

const placeOf = (discovery: Discovery, { newest, kept }: Offer<Finding>): Place => ({
  discovery,
  index: Number(/\d+/.exec(discovery.of)?.[0]),
  ahead: [newest, kept].flatMap((one, at, all) =>
    one instanceof Error || one === undefined || all.indexOf(one) !== at ? [] : [one],
  ),
  failure: newest instanceof Error ? newest : undefined,
});

/** Of each place the newest that holds beside the others; what is wrong with one keeps nothing from the rest. */
async function settled(assembly: Assembly, around: Surroundings, places: readonly Place[], strict: boolean) {
  const { layer } = assembly;
  const { host } = relevance(layer.root, around.host);
  for (;;) {
    const found = places.flatMap(({ index, ahead: [finding] }): FoundAt[] => (finding ? [{ index, finding }] : []));
    const { root, owners, problems } = expand(layer.root, found, { host, strategies: around.catalogues.strategies });
    const examined = await examine({ ...assembly, layer: { ...layer, root } }, around, true);
    const blamed = [...problems, ...blame(examined, owners)];
    const others = examined.problems.filter((problem) => !blamed.some((one) => one.problem === problem));
    if (others.length > 0 || (strict && blamed.length > 0))
      throw configInvalid([...others, ...blamed.map(({ problem }) => problem)]);
    if (blamed.length === 0) return { examined, found };
    for (const place of places) stepDown(place, blamed);
  }
}

interface Blamed {
  readonly index: number;
  readonly problem: Problem;
}

/** Problems of an app that was found are those of the place where it was. */
const blame = ({ problems }: Examined, owners: ReadonlyMap<string, number>): readonly Blamed[] =>
  problems.flatMap((problem) => {
    const index = problem.path[0] === 'apps' ? owners.get(String(problem.path[1])) : undefined;
    return index === undefined ? [] : [{ index, problem }];
  });

function stepDown(place: Place, blamed: readonly Blamed[]): void {
  const own = blamed.filter(({ index }) => index === place.index).map(({ problem }) => problem);
  if (own.length === 0) return;
  place.ahead.shift();
  place.failure ??= configInvalid(own);
}

/** What is found where, what is not known, and why. */
function about(places: readonly Place[], found: readonly FoundAt[], { origin }: Assembly) {
  const taken = (place: Place): Finding | undefined => found.find(({ index }) => index === place.index)?.finding;
  const nameOf = ({ discovery }: Place): string => `${discovery.of} (${discovery.repository.url})`;
  const troubles = places.flatMap((place): ConfigurationTrouble[] => {
    if (place.failure === undefined) return [];
    const { code, message, hint } = asHarborError(place.failure);
    return [{ of: nameOf(place), code, message, hint }];
  });
  return {
    troubles,
    discoveries: places.map(({ discovery }) => discovery),
    findings: Object.fromEntries(
      places.flatMap((place) => {
        const finding = taken(place);
        return finding ? [[discoveryName(place.discovery), finding] as const] : [];
      }),
    ),
    undiscovered: places.filter((place) => taken(place) === undefined).map(nameOf),
    origin: { ...origin, found: found.map(({ finding }) => finding.revision) },
  };
}
