import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { repositoryName } from '../../core/repository-name.ts';
import { HarborError } from '../../errors.ts';
import { good, type Line, nextStep } from '../line.ts';
import { text } from '../option.ts';
import type { Call, Verb } from '../verb.ts';
import type { StarterAnswers } from '../wired.ts';

const options = {
  url: text('url', 'url', 'Git repository with the compose file'),
  app: text('app', 'name', 'name of the app (default: that of the repository)'),
  branch: text('branch', 'branch', 'branch to follow (default: main)'),
} as const;

export const init: Verb = {
  name: 'init',
  group: 'Set up',
  summary: 'writes a first configuration',
  operands: '[file]',
  options: Object.values(options),
  details: 'Asks for what the options do not say, if there is a terminal. Never overwrites a file.',
  examples: [
    { command: 'harbormaster init', does: 'asks, and writes ./harbormaster.yml' },
    {
      command: 'harbormaster init --url https://git.example.com/team/shop.git',
      does: 'asks for nothing that has a default',
    },
    { command: 'harbormaster init --url … /etc/harbormaster/harbormaster.yml', does: 'somewhere else' },
  ],
  async run(call) {
    const file = fileOf(call);
    const answers = await answersOf(call);
    await writeNew(file, (await call.wired()).starter(answers));
    call.answer({ file, ...answers }, () => written(file));
    return 0;
  },
};

const fileOf = ({ operands, settings }: Call): string =>
  resolve(operands[0] ?? (settings.configIsChosen ? settings.configFile : 'harbormaster.yml'));

async function answersOf({ option, ask }: Call): Promise<StarterAnswers> {
  const given = option(options.url);
  const url = given ?? (await ask?.('Git repository with the compose file (URL): '))?.trim() ?? '';
  if (url === '')
    throw new HarborError('init needs the URL of a Git repository', { code: 'usage', hint: 'Say it with --url URL.' });
  /** Whoever gives the URL as an option is not asked for what has a default. */
  const answer = async (chosen: string | undefined, what: string, otherwise: string): Promise<string> => {
    if (chosen !== undefined) return chosen;
    const answered = given === undefined ? await ask?.(`${what} [${otherwise}]: `) : undefined;
    return answered?.trim() || otherwise;
  };
  const app = await answer(option(options.app), 'Name of the app', repositoryName(url));
  return { url, app, branch: await answer(option(options.branch), 'Branch to follow', 'main') };
}

async function writeNew(file: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { flag: 'wx' });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (isThere)
      throw new HarborError(`${file} is already there and stays as it is`, {
        code: 'usage',
        hint: 'Name another file, or edit this one.',
      });
    const why = error instanceof Error ? error.message : String(error);
    throw new HarborError(`${file} cannot be written: ${why}`, {
      code: 'state-unwritable',
      hint: 'Name another file, or run it as a user who may write there.',
      cause: error,
    });
  }
}

const written = (file: string): readonly Line[] => [
  [good(`Wrote ${file}.`), ' Next:'],
  ...nextStep(`look at it, then: harbormaster validate --config ${file}`, 2),
  ...nextStep(`harbormaster doctor --config ${file}   is this host ready?`, 2),
  ...nextStep(`harbormaster plan --config ${file}     what would happen?`, 2),
  ...nextStep(`harbormaster run --config ${file}      keeps the host as Git declares`, 2),
];
