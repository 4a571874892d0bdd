import { setTimeout as delay } from 'node:timers/promises';
import { open, run } from '../edges/process.ts';
import { HarborError } from '../errors.ts';
import { staticBusybox } from './busybox.ts';
import { brokenImage, crashingWorker, firstCommit, newPage } from './files.ts';
import { openStage, type Stage } from './stage.ts';

export interface DemoOptions {
  /** The program that runs: node and the bundle. */
  readonly self: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Writes one line for the person who watches. */
  readonly say: (line: string) => void;
}

const app = 'harbormaster-demo';
const commandLimit = 3 * 60_000;
const startLimit = 60_000;
const lookEvery = 200;

/** The main job, for real, on this machine's engine: deploy, change, break. Whatever it made is gone afterwards. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { say } = options;
  const binary = await staticBusybox();
  await using stage = await openStage({ ...options, app });
  const show = (...args: string[]) => showCommand(stage, args, options);

  title(say, '1. A Git repository with an app: two services, an image of its own, a mounted page');
  say(`committed ${await stage.commit(firstCommit(binary), 'Welcome aboard')}`);
  await show('validate');

  title(say, '2. Harbormaster starts, and does by itself what the repository declares');
  const daemon = await open(stage.argv('run'), { env: options.environment });
  daemon.stdout.resume();
  try {
    await deployed(stage, options);
    await show('status');
    await change(stage, options, show);
  } finally {
    await daemon.kill();
    await cleanUp(stage, options);
  }
  say('');
  say('That was the real thing. Next, for your own repository:');
  say('  harbormaster init');
}

type Show = (...args: string[]) => Promise<void>;

async function change(stage: Stage, { say }: DemoOptions, show: Show): Promise<void> {
  title(say, '3. A commit changes the page that web mounts. What would happen, and why?');
  say(`committed ${await stage.commit(newPage, 'Say which version this is')}`);
  await show('plan');
  say('The daemon looks every 20 seconds; a person need not wait:');
  await show('apply');

  title(say, '4. A commit breaks the build. What ran keeps running');
  say(`committed ${await stage.commit(brokenImage, 'Copy a file that does not exist')}`);
  await show('apply');

  title(say, '5. A commit makes worker end at once. The good one is brought back');
  say(`committed ${await stage.commit(crashingWorker, 'Let worker do nothing')}`);
  await show('apply');
  await show('status');

  title(say, '6. The record: every line proves the one before it');
  await show('log');
  await show('log', 'verify');
}

const title = (say: (line: string) => void, text: string): void => {
  say('');
  say(text);
};

async function showCommand(
  stage: Stage,
  args: readonly string[],
  { environment, signal, say }: DemoOptions,
): Promise<void> {
  say(`$ harbormaster ${args.join(' ')}`);
  const { stdout, stderr } = await run(stage.argv(...args), { env: environment, limit: commandLimit, signal });
  for (const line of `${stderr}${stdout.toString('utf8')}`.trimEnd().split('\n')) say(`  ${line}`);
}

/** Waits for the daemon's first deployment to be in the log. */
async function deployed(stage: Stage, { environment, signal }: DemoOptions): Promise<void> {
  for (let waited = 0; waited < startLimit; waited += lookEvery) {
    const { stdout } = await run(stage.argv('log', '--json'), { env: environment, limit: commandLimit, signal });
    if (stdout.includes('"kind":"finished"') || stdout.includes('"kind":"refused"')) return;
    await delay(lookEvery, undefined, { signal });
  }
  throw new HarborError('the demo’s daemon deployed nothing within a minute', {
    code: 'timeout',
    hint: 'Run `harbormaster doctor`.',
  });
}

async function cleanUp(stage: Stage, { environment, say }: DemoOptions): Promise<void> {
  title(say, 'Cleaning up: the app leaves the configuration, so its containers and networks go');
  await stage.undeclare();
  await run(stage.argv('apply', app), { env: environment, limit: commandLimit });
}
