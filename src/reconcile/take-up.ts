import { saysOtherwise, troubleSignature } from '../core/configuration.ts';
import { originText } from '../core/configuration-words.ts';
import type { HostConfig } from '../model/config.ts';
import type { Logger } from '../ports.ts';

interface TakeUpOptions {
  readonly config: () => HostConfig;
  readonly logger: Logger;
  /** Does, and writes down, what the configuration in force now asks for. */
  readonly act: () => void;
}

/** Called after each load of the configuration. `asked`: a person did. */
export type TakeUp = (asked: boolean) => void;

/** Tells what is another configuration, or another trouble with it, and has it acted upon; what says the same costs nothing. */
export function createTakeUp({ config, logger, act }: TakeUpOptions): TakeUp {
  let before = config();
  tellTroubles(before, logger);
  return (asked) => {
    const [was, now] = [before, config()];
    before = now;
    const isOther = now.fingerprint !== was.fingerprint;
    const facts = { apps: now.apps.length, from: originText(now.origin) };
    if (isOther) logger.info(facts, 'another configuration is in force');
    else if (asked) logger.info(facts, 'the configuration was read anew');
    if (asked || troubleSignature(now.troubles) !== troubleSignature(was.troubles)) tellTroubles(now, logger);
    if (was.troubles.length > 0 && now.troubles.length === 0)
      logger.info(facts, 'the newest configuration is in force');
    if (asked || saysOtherwise(was, now)) act();
  };
}

function tellTroubles({ troubles }: HostConfig, logger: Logger): void {
  for (const { of, code, message, hint } of troubles)
    logger.error(
      { error: { code, message, hint } },
      `the newest ${of} cannot be used; the last good one stays in force`,
    );
}
