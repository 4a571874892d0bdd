/** The composition root: config → live ports → Harbor. Only its folder knows every registry of parts. */
import type { Invocation, Wired } from './cli/wired.ts';
import { jsonSchema } from './config/json-schema.ts';
import { starter } from './config/starter.ts';
import { followingsOf } from './core/configuration.ts';
import { runDemo } from './demo/demo.ts';
import { systemClock } from './edges/clock.ts';
import { follow } from './edges/deployment-log/follow.ts';
import { keyIn } from './edges/deployment-log/read-log.ts';
import { sift } from './edges/deployment-log/sift.ts';
import { createLogger } from './edges/logger.ts';
import { changeKey, letGoOn } from './edges/record/by-hand.ts';
import { verifyWith } from './edges/record/prove.ts';
import { statePaths } from './edges/state-folder.ts';
import { createMeter } from './reconcile/meter.ts';
import { catalogues } from './wire/catalogues.ts';
import { checkFiles } from './wire/check-files.ts';
import { type Configuration, configuration } from './wire/configuration.ts';
import { daemon } from './wire/daemon.ts';
import { examine } from './wire/examine.ts';
import { definedOnly, engineOf, type Frame } from './wire/frame.ts';
import { gitAtHand } from './wire/git.ts';
import { operator, reader } from './wire/harbors.ts';
import { preview } from './wire/preview.ts';
import { onTheLog, witnessOf } from './wire/record.ts';
import { settingUp } from './wire/setting-up.ts';
import { tryNotifiers } from './wire/try-notifiers.ts';

export function wire(invocation: Invocation): Wired {
  const paths = statePaths(invocation.stateDir);
  const environment = definedOnly(invocation.environment);
  const config: Configuration = configuration({ invocation, catalogues, git: () => git.open(false) });
  const logger = createLogger({ level: config.logLevel, redact: config.redact });
  const meter = createMeter(systemClock);
  const git = gitAtHand({ paths, logger, meter, environment, follows: () => followingsOf(config.known()) });
  const frame: Frame = { invocation, paths, environment, config, git, logger, meter };
  const alone =
    <Result>(read: () => Promise<Result>) =>
    async (): Promise<Result> => {
      await using _git = git;
      return await read();
    };
  return {
    socketPath: paths.socket,
    loadConfig: alone(config.load),
    checkConfig: alone(config.check),
    reader: (signal) => reader(frame, signal),
    operator: (command, signal) => operator(frame, command, signal),
    daemon: (signal, serve) => daemon(frame, signal, serve),
    preview: (request) =>
      preview(request, { invocation, catalogues, engine: (instance) => engineOf(frame, instance), logger }),
    log: {
      read: (query, request) => sift(paths.log, query, request),
      follow: (after, signal) => follow(paths.log, after, signal),
      verify: async ({ directory = paths.log, witness, ...request } = {}) =>
        verifyWith(directory, { ...request, ...(witness && { witness: await witnessOf(frame, witness) }) }),
      key: () => keyIn(paths.log),
      acceptDamage: (reason, trigger) =>
        onTheLog(frame, 'log accept-damage', (options) => letGoOn(options, reason, trigger)),
      changeKey: (reason, trigger) =>
        onTheLog(frame, 'log change-key', (options) => changeKey(options, reason, trigger)),
    },
    doctor: alone(() => examine(frame)),
    check: (request) => checkFiles(frame, request),
    demo: (say, signal) => runDemo({ self: [process.execPath, process.argv[1] ?? ''], say, signal, environment }),
    tryNotifiers: () => tryNotifiers(frame),
    schema: () => jsonSchema(catalogues),
    starter,
    ...settingUp(frame),
  };
}
