import { walk } from '../../core/walk.ts';
import { exitCodes } from '../exit-codes.ts';
import { recordAtHand } from '../record.ts';
import type { Verb } from '../verb.ts';
import { traceView } from '../views/trace.ts';

export const trace: Verb = {
  name: 'trace',
  group: 'The record',
  summary: 'from an image, container or commit to who let it through',
  operands: '<what>',
  details: `WHAT is an image (digest, repository:tag, or name), a container (id, its first digits, or name), a commit, or a release (their first digits, at least six). Told are the entry that
brought it, the commit with author and signer, who asked for it and who approved it, and when it ran. It reads the log only, so it also knows what is long gone. Exits with 1 if the log
knows nothing of it.`,
  examples: [
    { command: 'harbormaster trace shop-web-1', does: 'every container that had this name' },
    { command: 'harbormaster trace nginx:1.28', does: 'which apps ran this image, and when' },
    { command: 'harbormaster trace sha256:4f06b3a6c1d2', does: 'the same, by digest' },
    { command: 'harbormaster trace 9d3e41c2f0', does: 'what became of a commit' },
  ],
  async run(call) {
    const [what = ''] = call.operands;
    const record = await recordAtHand(call);
    const findings = await walk(what, record);
    call.answer({ what, findings }, () => traceView(what, findings, call.now()));
    const code = record.exitCode();
    return code === exitCodes.ok && findings.length === 0 ? exitCodes.world : code;
  },
};
