import { exitCodeOf } from '../../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { text } from '../option.ts';
import type { Verb } from '../verb.ts';
import { verifyView } from '../views/verify.ts';
import type { VerifyReport } from '../wired.ts';

const options = {
  publicKey: text('public-key', 'key', 'the key that checkpoints must be signed with, as `log key` printed it'),
  directory: text('directory', 'folder', 'a copy of a log folder, from whatever host'),
  witness: text('witness', 'url', 'compare with every checkpoint that this repository ever held of the log'),
  branch: text('branch', 'name', 'its branch (default: as configured, else harbormaster-witness)'),
} as const;

export const logVerify: Verb = {
  name: 'log verify',
  group: 'The record',
  summary: 'proves that nobody edited the log, and says what that does not prove',
  options: Object.values(options),
  details: `Reads the files of the log only, and changes nothing: it needs neither a configuration nor the host. Exits with 0 if all that could be held against the log
holds; 1 if its last line is torn, if entries are lost, or if neither the given key nor the witness vouches for any entry; 70 if it is damaged or was edited: then the first bad line
is named. The witness' credentials are those of \`log.witness\` in the configuration where that names the same address, else HARBORMASTER_WITNESS_TOKEN, or the keys of whoever calls.`,
  examples: [
    { command: 'harbormaster log verify', does: 'check every line of the log' },
    {
      command: 'harbormaster log verify --directory ./copy --public-key harbormaster/3f2a…+1b2c3d4e+AX…',
      does: 'as an auditor, elsewhere, with the key that was noted when the host was set up',
    },
    {
      command: 'harbormaster log verify --witness https://git.example.org/ops/record.git',
      does: 'find a history that was written anew, even by root, who has the key',
    },
    { command: 'harbormaster log verify --json', does: 'for a program, e.g. to keep the head elsewhere' },
  ],
  async run(call) {
    const { log } = await call.wired();
    const url = call.option(options.witness);
    const request = {
      publicKey: call.option(options.publicKey),
      directory: call.option(options.directory),
      ...(url !== undefined && { witness: { url, branch: call.option(options.branch) } }),
    };
    const report = await log.verify(request);
    call.answer(report, () => verifyView(report));
    return exitCode(report);
  },
};

function exitCode({ problem, ok, entries, lost, key, checkpoints, witness }: VerifyReport): number {
  if (problem !== undefined) return exitCodeOf('log-corrupt');
  const isUnchecked = entries > 0 && ((key?.given === true && checkpoints.covered === 0) || witness?.covered === 0);
  return ok && lost.length === 0 && !isUnchecked ? exitCodes.ok : exitCodes.world;
}
