import type { HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { type Access, authorizationHeader } from './environment.ts';
import { gitFailure, httpFailure, unreachable } from './failure.ts';
import type { HttpAnswer, HttpClient } from './http.ts';
import { lsRefsRequest, parseLsRefs, type Refs } from './pkt-line.ts';
import { printable } from './text.ts';

/** The refs; or a failure that may only mean that the server does not speak protocol version 2 this way, and that git itself may have more luck. */
export type NativeAnswer =
  | { readonly kind: 'refs'; readonly refs: Refs }
  | { readonly kind: 'doubtful'; readonly failure: HarborError };

export interface RefQuestion {
  readonly repository: Repository;
  readonly access: Access;
  /** E.g. `refs/heads/main`: what the answer may be limited to; it may hold more. */
  readonly prefixes: readonly string[];
  readonly signal: AbortSignal;
}

/** One request of Git's protocol version 2 instead of a process. Throws what git would not do better either. */
export async function askNatively(client: HttpClient, question: RefQuestion): Promise<NativeAnswer> {
  const { repository } = question;
  const answer = await post(client, question);
  const { status, headers, body } = answer;
  if (status === 200 && headers['content-type'] === 'application/x-git-upload-pack-result')
    return read(repository, body);
  const failure =
    status === 200
      ? unreachable(repository, 'the server does not answer like a Git server')
      : httpFailure(repository, status, headers.location);
  if ([401, 403, 429].includes(status) || (status >= 300 && status < 400)) throw failure;
  return { kind: 'doubtful', failure };
}

async function post(client: HttpClient, { repository, access, prefixes, signal }: RefQuestion): Promise<HttpAnswer> {
  const authorization = authorizationHeader(access);
  try {
    return await client.post({
      url: `${access.remote.url}/git-upload-pack`,
      headers: {
        Accept: 'application/x-git-upload-pack-result',
        'Content-Type': 'application/x-git-upload-pack-request',
        'Git-Protocol': 'version=2',
        // Forges tell git from browsers by how the name starts.
        'User-Agent': 'git/2 (harbormaster)',
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      body: lsRefsRequest(prefixes),
      authorities: access.authorities?.pem,
      signal,
    });
  } catch (error) {
    throw networkFailure(repository, error);
  }
}

function read(repository: Repository, body: Buffer): NativeAnswer {
  const answer = parseLsRefs(body);
  if (answer.kind === 'refs') return answer;
  const failure = unreachable(
    repository,
    answer.kind === 'cut' ? 'the answer broke off' : 'the server does not speak protocol version 2',
  );
  return { kind: 'doubtful', failure };
}

function networkFailure(repository: Repository, error: unknown): HarborError {
  const said = reasonOf(error);
  if (/certificate/i.test(said)) return gitFailure(repository, said);
  return unreachable(repository, `the server cannot be reached (${printable(said, 160)})`, error);
}

/** Node gives several addresses' failures one empty message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
