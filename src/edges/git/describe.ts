import { simpleGit } from 'simple-git';
import { HarborError } from '../../errors.ts';
import type { Ref, Repository } from '../../model/app.ts';
import type { Identity, Revision } from '../../model/revision.ts';
import type { GitContext } from './context.ts';
import { localEnvironment } from './environment.ts';
import { printable } from './text.ts';
import { withoutCredentials } from './url.ts';

/** Author name, mail, date; committer's; subject. */
const format = ['%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%s'].join('%x00');

/** Who made a commit and what about: what the commit claims, fit to print. Throws `source-broken` if the mirror cannot say. */
export async function describe(mirror: string, commit: string, { base, timeouts }: GitContext): Promise<Description> {
  const env = localEnvironment(base, mirror);
  const git = simpleGit({
    baseDir: '/',
    timeout: { block: timeouts.local },
    // Every GIT_* variable is taken away unless it is named here.
    allowEnvironment: Object.keys(env),
    // It holds back what hardens as well as what softens: hooks that are pointed at nothing, a helper that is taken away.
    unsafe: {
      allowUnsafeConfigEnvCount: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
    },
    // Without this, a failure that prints nothing counts as success.
    errors: (error, { exitCode }) => error ?? (exitCode === 0 ? undefined : new Error(`git ended with ${exitCode}`)),
  });
  const output = await git
    .env({ ...env })
    .raw(['log', '--max-count=1', '--no-show-signature', `--format=${format}`, commit])
    .catch((cause: unknown) => {
      throw unreadable(commit, cause);
    });
  const [author, committer, subject] = fields(output);
  if (!author || !committer || subject === undefined) throw unreadable(commit, undefined);
  return { author, committer, subject };
}

export type Description = Pick<Revision, 'author' | 'committer' | 'subject'>;

export const revisionOf = ({ url }: Repository, ref: Ref, commit: string, description: Description): Revision => ({
  repository: withoutCredentials(url),
  ref: ref.name,
  commit,
  ...description,
});

function fields(output: string): [Identity?, Identity?, string?] {
  const [name, email, at, otherName, otherEmail, otherAt, subject] = output.split('\0');
  if (subject === undefined) return [];
  return [identity(name, email, at), identity(otherName, otherEmail, otherAt), printable(subject, 200)];
}

const identity = (name = '', email = '', at = ''): Identity => ({
  name: printable(name, 100),
  email: printable(email, 100),
  at,
});

const unreadable = (commit: string, cause: unknown): HarborError =>
  new HarborError(`The mirror cannot describe the commit ${commit.slice(0, 12)}`, {
    code: 'source-broken',
    hint: 'It is fetched again at the next pass.',
    cause,
  });
