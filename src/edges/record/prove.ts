import { tmpdir } from 'node:os';
import type { Repository } from '../../model/app.ts';
import { Secret } from '../../model/secret.ts';
import { logName } from '../deployment-log/checkpoint.ts';
import { keyIn } from '../deployment-log/read-log.ts';
import { type VerifyReport, type VerifyRequest, verify } from '../deployment-log/verify.ts';
import { authorityFiles } from '../git/authorities.ts';
import { inheritedFrom } from '../git/environment.ts';
import { parseRemote } from '../git/url.ts';
import { holdingsOf } from '../witness/view.ts';

interface Asked extends Omit<VerifyRequest, 'witness'> {
  readonly witness?:
    | {
        readonly repository: Repository;
        readonly branch: string;
        readonly environment: Readonly<Record<string, string>>;
      }
    | undefined;
}

/** Proves a log folder, if asked together with what a witness ever held of it. Throws what keeps the witness from answering. */
export async function verifyWith(directory: string, { witness, ...request }: Asked): Promise<VerifyReport> {
  if (witness === undefined) return verify(directory, request);
  const { repository, branch, environment } = witness;
  const name = request.publicKey ?? (await keyIn(directory).catch(() => undefined)) ?? '';
  const instance = name.split('+')[0]?.replace(logName(''), '') ?? '';
  const context = {
    base: inheritedFrom(environment),
    runDir: tmpdir(),
    authorities: authorityFiles(tmpdir()),
    timeouts: { look: 60_000, fetch: 300_000, local: 60_000, idle: 2_000 },
  };
  const { checkpoints } = await holdingsOf({ repository, branch, instance }, context);
  return verify(directory, { ...request, witness: { url: repository.url, checkpoints } });
}

/** A repository that is named on the command line. Throws `config-invalid`. */
export function repositoryAt(url: string, token: string | undefined): Repository {
  const { kind } = parseRemote(url);
  const credentials =
    kind === 'ssh'
      ? ({ kind: 'ssh', key: undefined, knownHosts: undefined } as const)
      : token === undefined || kind === 'file'
        ? ({ kind: 'none' } as const)
        : ({ kind: 'token', username: 'git', token: new Secret(token) } as const);
  return { id: 'witness', url, credentials, certificateAuthority: undefined };
}
