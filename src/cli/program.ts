import { Command, type Option } from 'commander';
import { furtherOptions } from './from-settings.ts';
import { keyOf, type VerbOption } from './option.ts';
import { globalOptions } from './settings.ts';
import { UsageFault } from './usage.ts';
import type { Verb } from './verb.ts';

/** What commander understood of the arguments. */
export interface Understood {
  readonly operands: readonly string[];
  option<Value>(option: VerbOption<Value>): Value;
}

export interface ProgramOptions {
  readonly verbs: readonly Verb[];
  /** Of `--version`. */
  readonly version: string;
  /** Help that was asked for. */
  readonly show: (help: string) => void;
  /** Help instead of a result. */
  readonly remind: (help: string) => void;
  readonly call: (verb: Verb, understood: Understood) => Promise<void>;
}

/** The command line: verbs, options and help. Throws UsageFault for what it does not understand, and when it has shown help. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('harbormaster');
  program
    .description(
      'Turns what Git declares into what Docker runs on this host, and writes down, provably, every time it tried.',
    )
    .usage('<verb> [options]')
    .version(options.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a verb')
    .configureOutput({ writeOut: options.show, writeErr: options.remind, outputError: () => undefined })
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: (command) => (command.parent ? program.options.filter(isOfEveryVerb) : []),
      subcommandTerm: (command) => [command.name(), ...alternativesOf(command)].join(' '),
    })
    .commandsGroup('Help:')
    .helpCommand('help [verb]', 'the help of a verb')
    .addHelpText('after', closing);
  for (const option of Object.values(globalOptions)) program.addOption(option.build());
  faultsOf(program);
  for (const verb of options.verbs) addVerb(program, verb, options);
  return program;
}

function addVerb(program: Command, verb: Verb, { call }: ProgramOptions): void {
  const words = verb.name.split(' ');
  const name = words.at(-1) ?? verb.name;
  const parent = words.length > 1 ? familyOf(program, words[0] ?? '', verb) : program;
  const command = parent.command(name).summary(verb.summary).description(descriptionOf(verb)).helpCommand(false);
  if (parent === program) command.helpGroup(`${verb.group}:`);
  if (verb.operands !== undefined) command.arguments(verb.operands);
  for (const option of verb.options ?? []) command.addOption(option.build());
  command.addHelpText('after', examplesOf(verb));
  faultsOf(command);
  command.action(() =>
    call(verb, {
      operands: command.args,
      option: (option) => option.read(given(command, program, option)),
    }),
  );
}

/** What few need stands in the program's own help alone. */
const isOfEveryVerb = ({ long }: Option): boolean => !furtherOptions.some((name) => long === `--${name}`);

/** Verbs of two words stand below their first, which may be a verb itself (`log`) or a name for what belongs together (`notify`). */
function familyOf(program: Command, name: string, { group, summary }: Verb): Command {
  const known = program.commands.find((command) => command.name() === name);
  if (known) return known;
  const family = program.command(name).summary(summary).helpCommand(false).helpGroup(`${group}:`);
  faultsOf(family);
  return family;
}

const given = (command: Command, program: Command, option: VerbOption<unknown>): unknown =>
  command.getOptionValue(keyOf(option)) ?? program.getOptionValue(keyOf(option));

/** `[show|verify|…]`: so many are named; the help of the verb names all. */
const namedAtMost = 2;

const alternativesOf = ({ commands }: Command): readonly string[] =>
  commands.length === 0
    ? []
    : [
        `[${[...commands.slice(0, namedAtMost).map((command) => command.name()), ...(commands.length > namedAtMost ? ['…'] : [])].join('|')}]`,
      ];

const faultsOf = (command: Command): void => {
  command.exitOverride((error) => {
    throw new UsageFault(error, pathOf(command));
  });
};

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

const descriptionOf = ({ summary, details }: Verb): string => {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  // Its lines are as wide as the source's; a terminal wraps them by itself.
  return details === undefined ? sentence : `${sentence}\n\n${details.replaceAll('\n', ' ')}`;
};

function examplesOf({ examples }: Verb): string {
  const width = Math.max(...examples.map(({ command }) => command.length));
  return ['', 'Examples:', ...examples.map(({ command, does }) => `  ${command.padEnd(width)}  ${does}`)].join('\n');
}

const closing = `
Exit codes:
  0   done, or nothing to do
  1   the world is at fault (network, registry, engine, time): trying again may help
  2   plan found changes
  3   a gate forbids it
  4   you have to act: arguments, configuration, repository, compose file
  70  a fault of Harbormaster itself
  130 interrupted

\`harbormaster <verb> --help\` has examples. First steps: harbormaster init`;
