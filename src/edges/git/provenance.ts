import { createHash } from 'node:crypto';
import { HarborError } from '../../errors.ts';
import type { Follower, Repository } from '../../model/app.ts';
import type { Provenance, SignedObject, Verification } from '../../model/verification.ts';
import type { ProvenanceRequest } from '../../ports.ts';
import { type Argv, type Finished, run } from '../process.ts';
import { fetch as fetchArgv, isAncestor, keepRef, rawObject, resolveRef, signatures, verifyTag } from './argv.ts';
import { accessTo, type GitContext } from './context.ts';
import { localEnvironment, remoteEnvironment, verifyingEnvironment } from './environment.ts';
import { gitFailure, unreachable } from './failure.ts';
import { hasCommit } from './fetch.ts';
import { bearsSignature, foreignSignature, parseSignatures, parseTag, tagSignature } from './signatures.ts';

/** Asks git about signatures and descent in a mirror that has the whole history of the revision. */
export async function provenanceIn(
  folder: string,
  request: ProvenanceRequest,
  context: GitContext,
): Promise<Provenance> {
  const { app, verify, revision, since, bases } = request;
  const mirror: Mirror = { folder, context };
  const kept = since === undefined ? undefined : await keep(mirror, app, since);
  const follows = bases.length === 0 || (await followsOne(mirror, revision.commit, bases));
  const { mode } = verify;
  if (mode === 'tag') return { objects: [await tagOf(mirror, request)], follows };
  const [head, ...others] = await commitsOf(mirror, verify, revision.commit, undefined);
  if (head === undefined) throw unreadable(revision.commit);
  if (mode === 'head' || since === undefined) return { objects: [head, ...others], follows };
  const range = await commitsOf(mirror, verify, revision.commit, { since: kept });
  return { objects: [head, ...range.filter(({ id }) => id !== head.id)], follows };
}

interface Mirror {
  readonly folder: string;
  readonly context: GitContext;
}

const ask = (
  { folder, context: { base, timeouts } }: Mirror,
  argv: Argv,
  env = localEnvironment(base, folder),
): Promise<Finished> => run(argv, { env, cwd: '/', limit: timeouts.fetch });

/** Pins the deployed commit, so that a rewritten branch and tidying up do not take it away. Undefined: the mirror does not have it. */
async function keep(mirror: Mirror, app: Follower, commit: string): Promise<string | undefined> {
  const { exitCode } = await ask(mirror, keepRef(`refs/harbormaster/deployed/${hashed(app.name)}`, commit));
  return exitCode === 0 ? commit : undefined;
}

/** A base that the mirror does not have is not in the revision's history either, which is there as a whole. */
async function followsOne(mirror: Mirror, commit: string, bases: readonly string[]): Promise<boolean> {
  for (const base of bases) {
    const { exitCode } = await ask(mirror, isAncestor(base, commit));
    if (exitCode === 0) return true;
    if (exitCode > 1 && (await hasCommit(mirror.folder, base, mirror.context))) throw unreadable(commit);
  }
  return false;
}

/** The commit alone, or all that it brings besides what `since` leads to. */
async function commitsOf(
  mirror: Mirror,
  { allowedSigners }: Verification,
  commit: string,
  range: { readonly since: string | undefined } | undefined,
): Promise<readonly SignedObject[]> {
  const { base } = mirror.context;
  const env = verifyingEnvironment(base, mirror.folder, allowedSigners.file);
  const { exitCode, stdout, stderr } = await ask(mirror, signatures(commit, range), env);
  assertVerifier(stderr);
  if (exitCode !== 0) throw unreadable(commit, stderr);
  const found = parseSignatures(stdout.toString('utf8'));
  return Promise.all(found.map((object) => (isDoubtful(object) ? lookedInto(mirror, object) : object)));
}

const isDoubtful = ({ signature: { kind } }: SignedObject): boolean => kind === 'none' || kind === 'bad';

/** Git says nothing of a signature whose program it is not given. */
async function lookedInto(mirror: Mirror, object: SignedObject): Promise<SignedObject> {
  const { stdout } = await ask(mirror, rawObject('commit', object.id));
  return { ...object, signature: foreignSignature(stdout.toString('utf8'), 'commit') ?? object.signature };
}

/** The annotated tag that led to the revision, with its signature; a plain one has none. */
async function tagOf(mirror: Mirror, { app, verify, revision }: ProvenanceRequest): Promise<SignedObject> {
  const name = revision.ref;
  const own = `refs/harbormaster/tags/${hashed(name)}`;
  await fetchTag(mirror, app.repository, `+refs/tags/${name}:${own}`);
  const id = (await ask(mirror, resolveRef(own))).stdout.toString('utf8').trim();
  const unsigned = { kind: 'tag', id, name, signature: { kind: 'none' } } as const;
  const author = `${revision.author.name} <${revision.author.email}>`;
  if (id === revision.commit) return { ...unsigned, by: author };
  const raw = (await ask(mirror, rawObject('tag', id))).stdout.toString('utf8');
  const facts = parseTag(raw);
  if (facts?.commit !== revision.commit)
    throw unreachable(app.repository, `the tag "${name}" moved while it was fetched`);
  const signed = { ...unsigned, by: facts.by };
  const foreign = foreignSignature(raw, 'tag');
  if (foreign) return { ...signed, signature: foreign };
  if (!bearsSignature(raw)) return signed;
  // A signed tag under another name is somebody's word on another version.
  if (facts.name !== name) return { ...signed, signature: { kind: 'bad' } };
  const env = verifyingEnvironment(mirror.context.base, mirror.folder, verify.allowedSigners.file);
  const { exitCode, stderr } = await ask(mirror, verifyTag(id), env);
  assertVerifier(stderr);
  return { ...signed, signature: tagSignature(exitCode, stderr) };
}

async function fetchTag({ folder, context }: Mirror, repository: Repository, refspec: string): Promise<void> {
  const { base, runDir, timeouts } = context;
  const access = await accessTo(repository, context);
  const { exitCode, stderr } = await run(
    fetchArgv(access.remote.url, [refspec], { depth: 0, unshallow: false, prune: false }),
    { env: remoteEnvironment(base, access, { mirror: folder, runDir }), cwd: '/', limit: timeouts.fetch },
  );
  if (exitCode !== 0) throw gitFailure(repository, stderr);
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 20);

function assertVerifier(stderr: string): void {
  if (!/cannot run ssh-keygen|ssh-keygen: command not found/.test(stderr)) return;
  throw new HarborError('ssh-keygen, which verifies signatures, is not installed', {
    code: 'tool-missing',
    hint: 'Install it: on Debian and Ubuntu, apt-get install openssh-client.',
  });
}

const unreadable = (commit: string, cause?: unknown): HarborError =>
  new HarborError(`The mirror cannot tell the signatures of the commit ${commit}`, {
    code: 'source-broken',
    hint: 'It is tried again at the next pass.',
    cause,
  });
