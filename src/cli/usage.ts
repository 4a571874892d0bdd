import type { CommanderError } from 'commander';
import { HarborError } from '../errors.ts';

const shown = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

/** What commander has to say instead of calling a verb: it showed something, or did not understand. */
export class UsageFault extends Error {
  /** Whether that was what somebody asked for. */
  readonly isAnswer: boolean;
  /** For a person; undefined where help has been shown. */
  readonly error: HarborError | undefined;

  /** `command`: the words up to where it went wrong, e.g. `harbormaster plan`. */
  constructor(said: CommanderError, command: string) {
    super(said.message);
    this.name = 'UsageFault';
    this.isAnswer = shown.has(said.code) && said.exitCode === 0;
    this.error = shown.has(said.code) ? undefined : usageError(said, command);
  }
}

function usageError(said: CommanderError, command: string): HarborError {
  const [message = '', suggestion = ''] = said.message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (?:one of )?(.+?)\?/.exec(suggestion)?.[1];
  const hint = meant === undefined ? `See: ${command} --help` : `Did you mean ${meant}?`;
  return new HarborError(message, { code: 'usage', hint, cause: said });
}
