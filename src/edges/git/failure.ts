/** What git, ssh or a server said, as an error that a person can act on. */
import { type ErrorCode, HarborError } from '../../errors.ts';
import type { Repository } from '../../model/app.ts';
import { printable } from './text.ts';
import { withoutCredentials } from './url.ts';

interface Symptom {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
  /** Whether the words of git or the server say more than ours. */
  readonly quote?: boolean;
}

const again = 'It is tried again by itself; what runs keeps running.';
const checkAccess = 'Check that the token or key is still valid, and that it may read this repository.';

const readOnly = /Read-only file system/i;
const locked = /Unable to create .*\.lock|cannot lock ref/i;

/** The first that matches wins: what is certain before what is vague. */
const symptoms: readonly Symptom[] = [
  {
    pattern: readOnly,
    code: 'state-unwritable',
    says: 'the mirror cannot be written',
    hint: 'Make the state directory writable, or name another with --state-dir.',
    quote: true,
  },
  {
    pattern: /not our ref|unadvertised object|couldn't find remote ref|does not support shallow/i,
    code: 'source-broken',
    says: 'the server does not give us this commit by its id',
    hint: again,
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    code: 'source-refused',
    says: 'the host key of the server is not the one that known_hosts holds',
    hint: 'Somebody may be in between, or the server was set up anew: ask its owner for the new key and replace the old one by hand. Harbormaster never does.',
  },
  {
    pattern: /host key is known for|Host key verification failed/i,
    code: 'source-refused',
    says: 'the host key of the server is not known here',
    hint: 'Add the line that `ssh-keyscan HOST` prints to the known_hosts file, once its owner has confirmed it.',
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY|bad permissions/i,
    code: 'source-refused',
    says: 'ssh does not use the key, because other users may read it',
    hint: 'chmod 600 the key file.',
  },
  {
    pattern: /Load key .*(?:error|invalid|incorrect)/i,
    code: 'source-refused',
    says: 'ssh cannot read the key',
    hint: 'It must be a private key without a passphrase.',
  },
  {
    pattern:
      /Permission denied|Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Too many authentication failures/i,
    code: 'source-refused',
    says: 'the server does not let us in',
    hint: checkAccess,
  },
  {
    pattern: /dubious ownership/i,
    code: 'source-refused',
    says: 'the repository belongs to another user, so that git does not read it',
    hint: 'Let the folder belong to the user that Harbormaster runs as.',
  },
  {
    pattern: /certificate/i,
    code: 'source-refused',
    says: 'the certificate of the server is not trusted here',
    hint: 'For a certificate authority of your own, name its PEM file for this repository.',
  },
  {
    pattern: /returned error: 3\d\d|redirection/i,
    code: 'source-refused',
    says: 'the server sends us to another address',
    hint: 'Write the final address of the repository (often it ends in .git); redirects are not followed, so that no credential goes astray.',
  },
  {
    pattern:
      /returned error: 404|repository .*not found|does not appear to be a git repository|not found: did you run/i,
    code: 'source-refused',
    says: 'the server shows no repository there',
    hint: `Check the address. ${checkAccess}`,
  },
  {
    pattern: /transport '.*' not allowed/i,
    code: 'config-invalid',
    says: 'its address asks for a transport that is not allowed',
    hint: 'Use https, ssh, or a path on this host.',
  },
  {
    pattern: /No space left on device/i,
    code: 'disk-full',
    says: 'the disk is full',
    hint: 'Make room in the state directory.',
  },
  {
    pattern: /fsck error|error: object [0-9a-f]+: /i,
    code: 'tree-refused',
    says: "it holds an object that Git's own checks refuse",
    quote: true,
    hint: 'Such objects are made on purpose, or by broken tools: `git fsck --strict` in a clone shows which commit they are in.',
  },
  {
    pattern: locked,
    code: 'source-broken',
    says: 'another process holds the lock of the mirror, or left it behind',
    quote: true,
    hint: 'A running Harbormaster clears up what was left behind; without one, delete the mirror in the state directory: it is made anew.',
  },
  {
    pattern:
      /resolve host|name resolution|not known|refused|timed out|reset|unreachable|No route|unable to access|early EOF|RPC failed|returned error: (?:5\d\d|429)|hung up|closed by|disconnect|too slow|SSL|TLS/i,
    code: 'source-unreachable',
    says: 'the server cannot be reached',
    quote: true,
    hint: again,
  },
];

export const isLocked = (error: HarborError): boolean =>
  error.cause instanceof Error && locked.test(error.cause.message) && !readOnly.test(error.cause.message);

/** False for a failure that another way of asking the same server may not share. */
export const isFinal = (error: HarborError): boolean => error.code !== 'source-broken';

/** `said`: whatever was printed; it may hold anything, so only a cleaned and cut copy goes on. */
export function gitFailure(repository: Repository, said: string, otherwise: ErrorCode = 'source-broken'): HarborError {
  const text = withoutSecrets(repository, said);
  const words = lastWords(text);
  // The address itself proves nothing: "openssl.git" is no trouble with SSL.
  const symptom = symptoms.find(({ pattern }) => pattern.test(text.replaceAll(repository.url, '')));
  const { code, hint, says, quote }: Omit<Symptom, 'pattern'> = symptom ?? {
    code: otherwise,
    hint: again,
    says: 'git failed',
    quote: true,
  };
  const message = `${withoutCredentials(repository.url)}: ${says}${quote && words !== '' ? ` (${words})` : ''}`;
  return new HarborError(message, { code, hint, cause: new Error(printable(text, 1000)) });
}

/** `location`: where a redirect leads. */
export function httpFailure(repository: Repository, status: number, location?: string): HarborError {
  const failure = gitFailure(repository, `The requested URL returned error: ${status}`);
  if (location === undefined || status >= 400) return failure;
  const { message, code, hint, cause } = failure;
  return new HarborError(`${message} (${withoutCredentials(withoutSecrets(repository, location))})`, {
    code,
    hint,
    cause,
  });
}

export const unreachable = (repository: Repository, because: string, cause?: unknown): HarborError =>
  new HarborError(`${withoutCredentials(repository.url)}: ${because}`, {
    code: 'source-unreachable',
    hint: again,
    cause,
  });

function withoutSecrets({ credentials }: Repository, text: string): string {
  const plain = text.replace(/\b(https?:\/\/)[^\s/@]*@/gi, '$1***@');
  if (credentials.kind !== 'token') return plain;
  const token = credentials.token.reveal();
  const forms = [token, encodeURIComponent(token), Buffer.from(`${credentials.username}:${token}`).toString('base64')];
  return forms.filter((form) => form !== '').reduce((masked, form) => masked.replaceAll(form, '***'), plain);
}

/** The line that says most: the last one that git marks as an error. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.findLast((line) => /^(?:fatal|error):/i.test(line));
  return printable((fatal ?? lines.at(-1) ?? '').replace(/^(?:fatal|error): */i, ''), 160);
}
