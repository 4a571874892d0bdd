import { HarborError } from '../errors.ts';
import type { App } from '../model/app.ts';
import type { AppHistory, FormerName, HostSnapshot } from '../model/history.ts';

type Names = Readonly<Record<string, readonly FormerName[]>>;

/** Names that an app had before, the oldest first. */
export const formerNames = ({ names = {} }: Pick<HostSnapshot, 'names'>, app: string): readonly FormerName[] =>
  Object.hasOwn(names, app) ? (names[app] ?? []) : [];

/** How often what an app of this name had went to another name. */
export const timesRenamed = ({ names = {} }: Pick<HostSnapshot, 'names'>, app: string): number =>
  Object.values(names)
    .flat()
    .filter(({ name }) => name === app).length;

/** What the app's folders on this host are called, and its containers of before: the first name that it had. */
export const homeOf = (snapshot: Pick<HostSnapshot, 'names'>, app: string): string =>
  formerNames(snapshot, app)[0]?.name ?? app;

/** Whose containers are meant by a label of before, by label. */
export const namesByHome = ({ names = {} }: Pick<HostSnapshot, 'names'>): ReadonlyMap<string, string> =>
  new Map(Object.entries(names).flatMap(([app, [first]]) => (first ? [[first.name, app] as const] : [])));

/** An app that has another name now. */
export interface Renaming {
  readonly app: string;
  readonly from: string;
  readonly project: string;
}

/** Hands everything that the log says of an app over to its new name. */
export function handOver(apps: Map<string, AppHistory>, { app, from, project }: Renaming): void {
  const history = apps.get(from);
  if (history === undefined) return;
  apps.delete(from);
  apps.set(app, { ...history, project });
}

export function namesAfter(before: Names | undefined, { app, from }: Renaming, until: number): Names {
  const { [from]: earlier = [], ...others } = before ?? {};
  return { ...others, [app]: [...earlier, { name: from, until }] };
}

/** The snapshot as it is once the renaming is written down. */
export function renamed(snapshot: HostSnapshot, renaming: Renaming): HostSnapshot {
  const apps = new Map(Object.entries(snapshot.apps));
  handOver(apps, renaming);
  const names = namesAfter(snapshot.names, renaming, Number.MAX_SAFE_INTEGER);
  return { ...snapshot, apps: Object.fromEntries(apps), names };
}

type Declared = Pick<App, 'name' | 'project' | 'formerly'>;

const of = ({ apps }: HostSnapshot, app: string): AppHistory | undefined =>
  Object.hasOwn(apps, app) ? apps[app] : undefined;

/** Anything of it was ever brought to the host. */
const isHere = (history: AppHistory | undefined): boolean =>
  history !== undefined && (history.applied !== undefined || history.deployed !== undefined || isOpen(history));

const isOpen = ({ open }: AppHistory): boolean => open !== undefined;

/** Which old names of an app are still to be taken over: the newest that the log knows; where it knows none of them, and not the app either, the oldest. */
function wanted(snapshot: HostSnapshot, { name, formerly = [] }: Declared): string | undefined {
  const known = formerNames(snapshot, name).map((former) => former.name);
  const left = formerly.filter((from) => !known.includes(from));
  const here = left.findLast((from) => of(snapshot, from) !== undefined);
  if (here !== undefined) return here;
  // The log may be lost, and what runs still has the first name on it.
  return known.length === 0 && !isHere(of(snapshot, name)) ? left[0] : undefined;
}

/** Why an app cannot have the name that the configuration gives it; undefined: nothing is in the way. */
export function nameTrouble(snapshot: HostSnapshot, app: Declared): HarborError | undefined {
  const { name, project, formerly = [] } = app;
  const owner = namesByHome(snapshot).get(name);
  if (owner !== undefined && owner !== name && !formerly.includes(owner)) return taken(name, owner);
  const now = of(snapshot, name);
  const [first] = formerNames(snapshot, name);
  // Whoever means to move it says both: what it was called, and where to.
  if (first && formerly.length === 0 && now !== undefined && now.project !== project)
    return unsaid(name, first.name, now.project);
  const from = wanted(snapshot, app);
  const before = from === undefined ? undefined : of(snapshot, from);
  if (from === undefined || !isHere(before)) return undefined;
  if (isHere(now)) return both(name, from);
  if (before !== undefined && before.project !== project) return elsewhere(name, from, before.project);
  return before?.open === undefined ? undefined : busy(name, from);
}

const taken = (name: string, owner: string): HarborError =>
  new HarborError(`the folders called ${name} on this host are those of ${owner}, which had that name before`, {
    code: 'config-invalid',
    hint: `Give the app another name than ${name}. Or, if it is the same one, write \`formerly: [${owner}]\` under apps.${name}.`,
  });

const both = (name: string, from: string): HarborError =>
  new HarborError(`${name} was deployed here itself, and cannot take over what is of ${from} as well`, {
    code: 'config-invalid',
    hint: `To keep ${name}, take \`formerly\` out: ${from} is removed then, as every app that left. To keep ${from}, give apps.${name} its old name, or another new one.`,
  });

const elsewhere = (name: string, from: string, project: string): HarborError =>
  new HarborError(
    `${from} runs as the Compose project ${project}, and ${name} is another one: its volumes would be left behind`,
    { code: 'config-invalid', hint: `Write \`project: ${project}\` under apps.${name}.` },
  );

const unsaid = (name: string, first: string, project: string): HarborError =>
  new HarborError(
    `${name} was called ${first} before and runs as the Compose project ${project}: under another one its volumes would be left behind`,
    {
      code: 'config-invalid',
      hint: `Write \`project: ${project}\` under apps.${name}, or put \`formerly: [${first}]\` back. With both \`formerly\` and another \`project\` it is moved there.`,
    },
  );

const busy = (name: string, from: string): HarborError =>
  new HarborError(`${name} waits for the end of what is being done to ${from}, as it was called before`, {
    code: 'interrupted',
    hint: 'It goes on by itself.',
  });

/** What is to be written down now, in order. */
export function renamingsIn(snapshot: HostSnapshot, apps: readonly Declared[]): readonly Renaming[] {
  const found: Renaming[] = [];
  let seen = snapshot;
  for (const app of apps) {
    const from = wanted(seen, app);
    if (from === undefined || nameTrouble(seen, app) !== undefined) continue;
    const renaming = { app: app.name, from, project: app.project };
    found.push(renaming);
    seen = renamed(seen, renaming);
  }
  return found;
}
