import { commitNews, commitSubject, isOpen } from '../../core/commit-status.ts';
import { canonical, sha256 } from '../../core/digest.ts';
import { repositoryAt } from '../../core/forge.ts';
import { matchesExactly } from '../../core/glob.ts';
import { HarborError } from '../../errors.ts';
import type { CommitStatusConfig } from '../../model/config.ts';
import type { CommitWord } from '../../model/forge.ts';
import type { Clock } from '../../ports.ts';
import type { Target } from '../outbox/target.ts';
import { forges } from './index.ts';
import { type Desk, postStatus } from './post-status.ts';

/** The forges of the configuration in force as targets; a new list only when there is another configuration. */
export function commitStatusTargets(
  configured: () => readonly CommitStatusConfig[],
  clock: Pick<Clock, 'now'>,
): () => readonly Target[] {
  let of: readonly CommitStatusConfig[] | undefined;
  let made: readonly Target[] = [];
  return () => {
    const now = configured();
    if (now !== of) made = distinct(now.map((config) => targetOf(config, clock)));
    of = now;
    return made;
  };
}

const distinct = (targets: readonly Target[]): readonly Target[] =>
  targets.map((target, index) => {
    const times = targets.slice(0, index).filter(({ key }) => key === target.key).length;
    return times === 0 ? target : { ...target, key: `${target.key}-${times + 1}` };
  });

/** What a forge does not know now it will hardly know later: one more attempt is for a forge whose parts do not agree yet. */
const patience = 2;

function targetOf(config: CommitStatusConfig, clock: Pick<Clock, 'now'>): Target {
  const { kind, api, web, repositories, apps, context } = config;
  const host = new URL(web).host;
  const digest = (value: object): string => sha256(canonical(value)).slice(0, 8);
  const of = repositories.length === 0 ? '' : ` (${repositories.join(', ')})`;
  return {
    key: `commits-${host.replaceAll(/[^a-z0-9]+/g, '-')}-${digest({ kind, api, repositories, apps, context })}`,
    like: `commits-${digest({ kind, api })}`,
    label: `commit status at ${host}${of}`,
    patience,
    select(fact, open) {
      const { newest, ended } = commitNews(fact, open);
      const word = newest && isOurs(newest, config) ? newest : undefined;
      if (word === undefined && ended.length === 0) return undefined;
      return {
        opens: word && isOpen(word) ? [commitSubject(word)] : [],
        closes: [...ended, ...(word ? [word] : [])].map(commitSubject),
        send: () => tell(ended, word, config, clock),
      };
    },
  };
}

/** Whether it is one of those that this entry of the configuration is for. */
export function isOurs(
  { app, repository }: Pick<CommitWord, 'app' | 'repository'>,
  { web, gitHosts, repositories, apps }: CommitStatusConfig,
): boolean {
  const path = repositoryAt(web, gitHosts, repository);
  if (path === undefined) return false;
  const fits = (patterns: readonly string[], name: string): boolean =>
    patterns.length === 0 || patterns.some((pattern) => matchesExactly(pattern, name));
  return fits(repositories, path) && fits(apps, app);
}

/** What is over comes first: a forge that knows it no longer, because history was rewritten, must still hear what is new. */
async function tell(
  ended: readonly CommitWord[],
  newest: CommitWord | undefined,
  config: CommitStatusConfig,
  clock: Pick<Clock, 'now'>,
): Promise<void> {
  for (const word of ended) {
    await say(word, config, clock).catch((error: unknown) => {
      const isRefused = error instanceof HarborError && error.code === 'notify-refused';
      if (!isRefused || newest === undefined) throw error;
    });
  }
  if (newest) await say(newest, config, clock);
}

/** Characters; GitHub takes no more. */
const longest = 140;

async function say(word: CommitWord, config: CommitStatusConfig, clock: Pick<Clock, 'now'>): Promise<void> {
  const { kind, api, web, gitHosts, token, context, targetUrl, limit } = config;
  const path = repositoryAt(web, gitHosts, word.repository);
  if (path === undefined) return;
  const { host, app, commit, ref, state, description } = word;
  const desk: Desk = { forge: forges[kind], api, token: token.reveal(), limit, clock };
  const posting = {
    context: `${context}/${host}/${app}`,
    state,
    description: shortened(description),
    targetUrl: targetUrl && filled(targetUrl, { host, app, commit }),
    commit,
    ref,
  };
  await postStatus(posting, path, desk);
}

const shortened = (text: string): string => {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
};

const filled = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
