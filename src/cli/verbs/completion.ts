import { HarborError } from '../../errors.ts';
import { completionScripts, completionsOf } from '../complete.ts';
import type { Call, Verb } from '../verb.ts';

export const completion: Verb = {
  name: 'completion',
  group: 'Set up',
  summary: 'prints what completes commands in bash, zsh or fish',
  operands: '<shell> [words...]',
  details:
    'Verbs, options, files, and the apps of the configuration. `answer` is what the scripts ask: it prints how the words behind -- can go on.',
  examples: [
    { command: 'harbormaster completion bash', does: 'for this shell: source <(harbormaster completion bash)' },
    {
      command: 'harbormaster completion bash > /etc/bash_completion.d/harbormaster',
      does: 'for every bash of this host, from the next one on',
    },
    { command: 'harbormaster completion zsh > "${fpath[1]}/_harbormaster"', does: 'for zsh' },
    { command: 'harbormaster completion fish > ~/.config/fish/completions/harbormaster.fish', does: 'for fish' },
  ],
  async run(call) {
    const [shell = '', ...words] = call.operands;
    const text = shell === 'answer' ? await answerTo(words, call) : scriptOf(shell);
    call.answer({ text }, () => (text === '' ? [] : text.trimEnd().split('\n')));
    return 0;
  },
};

const scriptOf = (shell: string): string => {
  const known = Object.entries(completionScripts).find(([name]) => name === shell);
  if (known) return known[1];
  const names = Object.keys(completionScripts).join(', ');
  throw new HarborError(`there is no completion for ${shell}`, { code: 'usage', hint: `There is one for: ${names}.` });
};

/** A line a candidate, behind a space what it means. A configuration that is wrong has no apps to offer. */
async function answerTo(words: readonly string[], call: Call): Promise<string> {
  const apps = async (): Promise<readonly string[]> => {
    const config = await (await call.wired()).loadConfig().catch(() => undefined);
    return config?.declared ?? [];
  };
  const found = await completionsOf(words, { verbs: call.verbs, apps });
  return found === 'files' ? ':files' : found.map(({ word, means }) => `${word} ${means}`).join('\n');
}
