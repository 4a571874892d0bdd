import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GitRig, RigContent } from './git-rig.ts';

const execute = promisify(execFile);

export interface SigningKey {
  readonly file: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** The line of an allowed-signers file that lets this key sign for somebody. */
  line(principal: string): string;
}

/** Real SSH keys, and an allowed-signers file, in a folder of their own. */
export interface SigningRig extends AsyncDisposable {
  readonly allowedSigners: string;
  key(name: string): Promise<SigningKey>;
  allow(...lines: readonly string[]): Promise<void>;
}

export async function signingRig(): Promise<SigningRig> {
  const folder = await mkdtemp(join(tmpdir(), 'harbormaster-keys-'));
  const allowedSigners = join(folder, 'allowed_signers');
  return {
    allowedSigners,
    async key(name) {
      const file = join(folder, name);
      await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
      const { stdout } = await execute('ssh-keygen', ['-l', '-f', `${file}.pub`]);
      const publicKey = (await readFile(`${file}.pub`, 'utf8')).trim();
      return {
        file,
        fingerprint: stdout.split(' ')[1] ?? '',
        line: (principal) => `${principal} namespaces="git" ${publicKey}`,
      };
    },
    allow: (...lines) => writeFile(allowedSigners, `# who may deploy\n${lines.map((line) => `${line}\n`).join('')}`),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const signing = ({ file }: SigningKey): readonly string[] => ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${file}`];

/** As the rig's own commit, but signed. */
export async function signedCommit(
  rig: GitRig,
  key: SigningKey,
  files: Readonly<Record<string, RigContent | null>>,
  message = 'a signed change',
): Promise<string> {
  const plain = await rig.commit(files, message);
  const parents = (await rig.git(['rev-parse', `${plain}^@`])).split('\n').filter((line) => line !== '');
  const commit = await rig.git([
    ...signing(key),
    'commit-tree',
    '-S',
    '-m',
    message,
    ...parents.flatMap((parent) => ['-p', parent]),
    `${plain}^{tree}`,
  ]);
  await rig.git(['update-ref', 'refs/heads/main', commit]);
  return commit;
}

export const signedTag = async (rig: GitRig, key: SigningKey, name: string, at = 'main'): Promise<void> =>
  void (await rig.git([...signing(key), 'tag', '--force', '--sign', '--message=a signed tag', name, at]));
