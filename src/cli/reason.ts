import { HarborError } from '../errors.ts';
import { text } from './option.ts';
import type { Call } from './verb.ts';

/** Why a person does it. It stands in the deployment log, for whoever asks in a year. */
export const reason = text('reason', 'text', 'why; it is kept in the deployment log');

export const mayReason = (call: Call): string | undefined => filled(call.option(reason));

/** Throws `usage`, showing the command with a reason. `words`: the command so far. */
export function mustReason(call: Call, words: readonly string[]): string {
  const given = filled(call.option(reason));
  if (given !== undefined) return given;
  throw new HarborError(`${words[0]} needs a reason: it is what the deployment log says when somebody asks why`, {
    code: 'usage',
    hint: `harbormaster ${words.map(quoted).join(' ')} --reason "WHY"`,
  });
}

const filled = (value: string | undefined): string | undefined => (value?.trim() === '' ? undefined : value?.trim());

/** As a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
