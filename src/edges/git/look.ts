import { setMaxListeners } from 'node:events';
import type { HarborError } from '../../errors.ts';
import type { Follower, Ref, Repository } from '../../model/app.ts';
import { run } from '../process.ts';
import { lsRemote } from './argv.ts';
import { accessTo, type GitContext } from './context.ts';
import { remoteEnvironment } from './environment.ts';
import { gitFailure, unreachable } from './failure.ts';
import type { HttpClient } from './http.ts';
import { limitPerServer } from './limit.ts';
import { askNatively, type RefQuestion } from './native.ts';
import { parseLsRemote, type Refs } from './pkt-line.ts';
import { fullName, pinnedCommit, refMissing, tagOfRange } from './refs.ts';

export type Answers = ReadonlyMap<string, string | Error>;

/** Told which tag a range of versions led to. */
export type Chose = (
  repository: Repository,
  ref: Ref,
  found: { readonly tag: string; readonly commit: string },
) => void;

/** How many repositories of one server are looked at together. */
const together = 16;

/** Looks at remotes. Never longer than `timeouts.look`, whatever servers do; a server that is slow delays no other one. */
export function remoteLook(
  context: GitContext,
  client: HttpClient,
  chose: Chose,
): (apps: readonly Follower[]) => Promise<Answers> {
  const perServer = limitPerServer(together);
  const asker = refAsker(context, client);
  return async (apps) => {
    const answers = new Map<string, string | Error>();
    const signal = AbortSignal.timeout(context.timeouts.look);
    setMaxListeners(0, signal);
    const lookAt = async (group: Group): Promise<void> => {
      for (const [app, answer] of await lookAtOne(group)) answers.set(app, answer);
    };
    const lookAtOne = async ({ repository, apps }: Group): Promise<Answers> => {
      try {
        return await perServer(repository)(
          () => answersOf({ repository, apps }, { ask: asker, chose }, signal),
          signal,
        );
      } catch (error) {
        const failure = signal.aborted ? tooSlow(repository, context.timeouts.look, error) : asError(error);
        return new Map(apps.map(({ name }) => [name, failure]));
      }
    };
    await Promise.all(groups(apps).map(lookAt));
    return answers;
  };
}

interface Group {
  readonly repository: Repository;
  readonly apps: readonly Follower[];
}

function groups(apps: readonly Follower[]): readonly Group[] {
  const byId = new Map<string, { repository: Repository; apps: Follower[] }>();
  for (const app of apps) {
    const group = byId.get(app.repository.id) ?? { repository: app.repository, apps: [] };
    group.apps.push(app);
    byId.set(app.repository.id, group);
  }
  return [...byId.values()];
}

type Asker = (repository: Repository, prefixes: readonly string[], signal: AbortSignal) => Promise<Refs>;

interface Asking {
  readonly ask: Asker;
  readonly chose: Chose;
}

async function answersOf({ repository, apps }: Group, { ask, chose }: Asking, signal: AbortSignal): Promise<Answers> {
  const wanted = new Map(apps.map((app) => [app.name, attempt(() => fullName(app.ref))]));
  const names = [...new Set(wanted.values())].filter((name) => typeof name === 'string');
  const hasRange = apps.some(({ ref }) => ref.kind === 'range');
  const prefixes = hasRange ? [...names.filter((name) => !name.startsWith(allTags)), allTags] : names;
  const refs: Refs = prefixes.length === 0 ? new Map() : await ask(repository, prefixes, signal);
  const isGone = names.some((name) => !refs.has(name));
  const existing = isGone ? await ask(repository, ['refs/heads/', allTags], signal).catch(() => refs) : refs;
  const highest = (ref: Ref): string | Error => {
    const found = tagOfRange(ref, refs);
    if (found === undefined) return refMissing(repository.url, ref, existing);
    chose(repository, ref, found);
    return found.commit;
  };
  return new Map(
    apps.map(({ name, ref }) => {
      const wish = wanted.get(name);
      if (wish instanceof Error) return [name, wish];
      if (ref.kind === 'range') return [name, highest(ref)];
      if (wish === undefined) return [name, attempt(() => pinnedCommit(ref))];
      return [name, refs.get(wish) ?? refMissing(repository.url, ref, existing)];
    }),
  );
}

const allTags = 'refs/tags/';

/** Natively where the server can, with git where it cannot; remembers which. */
function refAsker(context: GitContext, client: HttpClient): Asker {
  const speaks = new Map<string, 'natively' | 'through git'>();
  const viaProxy = Object.keys(context.base).some((name) => /^(?:https?|all)_proxy$/i.test(name));
  return async (repository, prefixes, signal) => {
    const { url } = repository;
    const question = { repository, access: await accessTo(repository, context), prefixes, signal };
    if (viaProxy || question.access.remote.kind !== 'http' || speaks.get(url) === 'through git')
      return askGit(context, question);
    const answer = await askNatively(client, question);
    if (answer.kind === 'doubtful' && speaks.get(url) === 'natively') throw answer.failure;
    if (answer.kind === 'doubtful') {
      const refs = await askGit(context, question);
      speaks.set(url, 'through git');
      return refs;
    }
    speaks.set(url, 'natively');
    return answer.refs;
  };
}

async function askGit(context: GitContext, { repository, access, prefixes, signal }: RefQuestion): Promise<Refs> {
  const patterns = prefixes.flatMap((prefix) => (prefix.endsWith('/') ? [`${prefix}*`] : [prefix, `${prefix}^{}`]));
  const { exitCode, stdout, stderr } = await run(lsRemote(access.remote.url, patterns), {
    env: remoteEnvironment(context.base, access, { mirror: undefined, runDir: context.runDir }),
    cwd: '/',
    limit: context.timeouts.look,
    signal,
  });
  if (exitCode !== 0) throw gitFailure(repository, stderr, 'source-unreachable');
  return parseLsRemote(stdout.toString('utf8'));
}

const tooSlow = (repository: Repository, limit: number, cause: unknown): HarborError =>
  unreachable(repository, `the server did not answer within ${limit / 1000} s`, cause);

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return asError(error);
  }
}
