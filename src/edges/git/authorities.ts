import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { HarborError } from '../../errors.ts';

/** Where distributions keep the certificate authorities that the system trusts: Debian, Fedora, SUSE, Alpine. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

export interface Authorities {
  readonly pem: string;
  /** A file with the same content, for git. */
  readonly file: string;
}

/** The system's certificate authorities together with one's own, read again only when a file changed. */
export type AuthorityFiles = (own: string | undefined) => Promise<Authorities | undefined>;

export function authorityFiles(runDir: string): AuthorityFiles {
  const known = new Map<string, Authorities>();
  return async (own) => {
    const system = await firstThatExists(systemBundles);
    if (own === undefined && system === undefined) return undefined;
    const stamp = `${await stampOf(system)} ${await stampOf(own)}`;
    const found = known.get(stamp) ?? (await bundle(system, own, runDir));
    known.set(stamp, found);
    return found;
  };
}

async function bundle(system: string | undefined, own: string | undefined, runDir: string): Promise<Authorities> {
  const trusted = system === undefined ? '' : await readFile(system, 'utf8');
  if (own === undefined) return { pem: trusted, file: system ?? '' };
  const pem = `${trusted}\n${await readOwn(own)}`;
  const file = `${runDir}/ca-${createHash('sha256').update(pem).digest('hex').slice(0, 16)}.pem`;
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, pem, { mode: 0o644 });
  await rename(`${file}.new`, file);
  return { pem, file };
}

async function readOwn(path: string): Promise<string> {
  const unusable = (cause?: unknown): HarborError =>
    new HarborError(`The certificate authority file ${path} cannot be used`, {
      code: 'source-refused',
      hint: 'It must be a readable file with certificates in PEM form.',
      cause,
    });
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unusable(cause);
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw unusable();
  return pem;
}

async function stampOf(path: string | undefined): Promise<string> {
  if (path === undefined) return '';
  const found = await stat(path).catch(() => undefined);
  return found ? `${path}:${found.mtimeMs}:${found.size}` : `${path}:missing`;
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await stat(path).catch(() => undefined)) return path;
  return undefined;
}
