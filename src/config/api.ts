import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isLoopback } from '../core/loopback.ts';
import type { ApiConfig } from '../model/config.ts';
import { Secret } from '../model/secret.ts';
import { addressOf } from './api-schema.ts';
import type { Files } from './files.ts';
import { type Problem, problemAt } from './problems.ts';
import type { Config } from './schema.ts';
import { child, type Node, nodeAt, textOf } from './tree.ts';

export interface TlsFiles {
  /** Undefined: HTTP, or one of the files is wrong. */
  readonly tls: ApiConfig['tls'];
  readonly problems: readonly Problem[];
}

export const noTls: TlsFiles = { tls: undefined, problems: [] };

/** Reads certificate and key, so that a renewed one is a change of the configuration. */
export async function readTls(root: Node, files: Files): Promise<TlsFiles> {
  const section = nodeAt(root, ['api', 'tls']);
  const [certFile, keyFile] = [textOf(child(section, 'cert')), textOf(child(section, 'key'))];
  if (!certFile || !keyFile) return noTls;
  const [cert, key] = [await files.read(certFile), await files.read(keyFile)];
  const certFault = 'fault' in cert ? `which ${cert.fault}` : certificateFault(cert.text);
  const keyFault =
    'fault' in key ? `which ${key.fault}` : keyFaultIn(key.text, 'text' in cert && !certFault ? cert.text : undefined);
  const problems = [
    ...(certFault
      ? [problemAt(root, ['api', 'tls', 'cert'], `names the file ${files.resolve(certFile)}, ${certFault}`)]
      : []),
    ...(keyFault
      ? [problemAt(root, ['api', 'tls', 'key'], `names the file ${files.resolve(keyFile)}, ${keyFault}`)]
      : []),
  ];
  const isGood = 'text' in cert && 'text' in key && problems.length === 0;
  return { tls: isGood ? { cert: cert.text, key: new Secret(key.text) } : undefined, problems };
}

function certificateFault(pem: string): string | undefined {
  try {
    new X509Certificate(pem);
    return undefined;
  } catch {
    return 'which holds no certificate in PEM';
  }
}

function keyFaultIn(pem: string, certificate: string | undefined): string | undefined {
  try {
    const key = createPrivateKey(pem);
    if (certificate === undefined || new X509Certificate(certificate).checkPrivateKey(key)) return undefined;
    return 'which is not the key of this certificate';
  } catch {
    return 'which holds no private key in PEM without a passphrase';
  }
}

/** What one key of the section demands of another. */
export function judgeApi(root: Node): readonly Problem[] {
  const section = child(root, 'api');
  const { host } = addressOf(textOf(child(section, 'listen')) ?? '') ?? {};
  if (host === undefined || isLoopback(host) || child(section, 'tls')) return [];
  const insecure = child(section, 'insecure');
  if (insecure?.kind === 'scalar' && insecure.value === true) return [];
  return [
    problemAt(
      root,
      ['api', 'listen'],
      'is an address that others can reach: add `tls:`, or listen on 127.0.0.1 behind a proxy that speaks HTTPS; `insecure: true` lets tokens be read on the way',
    ),
  ];
}

export function resolveApi(settings: Config['api'], tls: ApiConfig['tls']): ApiConfig | undefined {
  const address = settings && addressOf(settings.listen);
  if (settings === undefined || address === undefined) return undefined;
  return { ...address, tls, anonymous: settings.anonymous, trustedProxies: settings.trusted_proxies };
}
