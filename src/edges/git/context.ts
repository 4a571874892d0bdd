import type { Repository } from '../../model/app.ts';
import type { Logger } from '../../ports.ts';
import type { AuthorityFiles } from './authorities.ts';
import type { Access, Environment } from './environment.ts';
import { prepareSsh } from './ssh.ts';
import { parseRemote } from './url.ts';

/** Milliseconds. */
export interface Timeouts {
  /** One look at all repositories. */
  readonly look: number;
  /** One fetch of one repository, and one export. */
  readonly fetch: number;
  /** One answer of git about what is on our own disk. */
  readonly local: number;
  /** How long a child that waits for questions is kept without one. */
  readonly idle: number;
}

/** What all of this folder works with. */
export interface GitContext {
  readonly reposDir: string;
  readonly runDir: string;
  /** Whether nobody else works on the mirrors now: then lock files that are in the way were left behind. */
  readonly exclusive: boolean;
  readonly base: Environment;
  readonly timeouts: Timeouts;
  readonly authorities: AuthorityFiles;
  readonly logger: Logger;
}

/** Checks what the configuration says about the way to a repository before anything is started. */
export async function accessTo(
  { url, credentials, certificateAuthority }: Repository,
  context: Pick<GitContext, 'runDir' | 'authorities'>,
): Promise<Access> {
  const remote = parseRemote(url);
  if (remote.kind === 'ssh') await prepareSsh(credentials, context);
  const trusted =
    remote.kind === 'http' && remote.scheme === 'https' ? await context.authorities(certificateAuthority) : undefined;
  return { remote, credentials, authorities: trusted };
}
