import { asHarborError, exitCodeOf, type HarborError } from '../errors.ts';
import type { UserActor } from '../model/actor.ts';
import type { Line } from './line.ts';
import { createPrinter, type Output, type Printer } from './print.ts';
import { createProgram, type Understood } from './program.ts';
import { mannerOf, type Surroundings, settingsOf } from './settings.ts';
import { UsageFault } from './usage.ts';
import type { Call, Verb } from './verb.ts';
import { verbs } from './verbs/index.ts';
import { errorJson, errorView } from './views/error.ts';
import type { Invocation, Wired } from './wired.ts';

/** Everything from outside that a call of `harbormaster` needs. */
export interface Process extends Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Undefined where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly version: string;
  readonly commit: string;
  /** What else tells one build from another, on one line. */
  readonly build: string;
  readonly hostName: string;
  readonly user: UserActor;
  /** Aborted when somebody interrupts. */
  readonly signal: AbortSignal;
  now(): Date;
  wire(invocation: Invocation): Promise<Wired>;
}

export const interruptedExitCode = 130;

/** One call of `harbormaster`, from arguments to exit code. The one place of the CLI where errors are caught; never throws. */
export async function run(argv: readonly string[], around: Process): Promise<number> {
  const { json, colours } = mannerOf(argv, around.environment);
  const print = createPrinter({ stdout: around.stdout, stderr: around.stderr, colours });
  let exitCode = 0;
  const program = createProgram({
    verbs,
    version: `harbormaster ${around.version}\n${around.build}`,
    show: (help) => print.lines(help.trimEnd().split('\n')),
    remind: (help) => help.trimEnd().split('\n').forEach(print.note),
    call: async (verb, understood) => {
      exitCode = await perform(verb, callOf(understood, { around, print, json }));
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof UsageFault && error.error === undefined) return error.isAnswer ? 0 : exitCodeOf('usage');
    return explain(asHarborError(error instanceof UsageFault ? error.error : error), { around, print, json });
  }
}

/** A verb that does not end in order by itself is left as soon as somebody interrupts. */
async function perform(verb: Verb, call: Call): Promise<number> {
  if (verb.endsInOrder) return verb.run(call);
  const interrupted = new Promise<number>((resolve) => {
    const leave = () => resolve(interruptedExitCode);
    if (call.signal.aborted) leave();
    call.signal.addEventListener('abort', leave, { once: true });
  });
  return Promise.race([verb.run(call), interrupted]);
}

interface Frame {
  readonly around: Process;
  readonly print: Printer;
  readonly json: boolean;
}

function callOf({ operands, option }: Understood, { around, print, json }: Frame): Call {
  const settings = settingsOf(option, around);
  const { configFile, stateDir, from } = settings;
  const { environment, version, commit, hostName, ask, user, signal, now } = around;
  let wired: Promise<Wired> | undefined;
  return {
    operands,
    option,
    settings,
    verbs,
    wired: () => {
      wired ??= around.wire({ configFile, from, stateDir, environment, version, commit, hostName });
      return wired;
    },
    print,
    json,
    answer: (value: unknown, lines: () => readonly Line[]) => (json ? print.json(value) : print.lines(lines())),
    ask: json ? undefined : ask,
    version,
    user,
    signal,
    now,
  };
}

function explain(error: HarborError, { around, print, json }: Frame): number {
  const debug = (around.environment['HARBORMASTER_DEBUG'] ?? '') !== '';
  if (json) print.jsonLine(errorJson(error));
  else for (const line of errorView(error, debug)) print.note(line);
  return exitCodeOf(error.code);
}
