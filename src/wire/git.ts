import { systemClock } from '../edges/clock.ts';
import { gitSource } from '../edges/git/source.ts';
import { keptConfiguration } from '../edges/kept-configuration.ts';
import type { StatePaths } from '../edges/state-folder.ts';
import type { Following } from '../model/configuration.ts';
import type { Logger, Meter } from '../ports.ts';
import { type ConfigurationOffers, createConfigurationOffers } from '../reconcile/configuration-offers.ts';
import { meteredSource } from '../reconcile/metered.ts';
import { createSightings, type Sightings } from '../reconcile/sightings.ts';

/** Git for one call of the program, opened by whoever needs it first. */
export interface GitAtHand extends AsyncDisposable {
  /** `exclusive`: by the holder of the state lock. What is open stays as it is. */
  open(exclusive: boolean): OpenGit;
}

export interface OpenGit {
  readonly sightings: Sightings;
  readonly offers: ConfigurationOffers;
  /** Whether this process holds the state, and so may write down what is in force. */
  readonly exclusive: boolean;
}

interface GitOptions {
  readonly paths: StatePaths;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly environment: Readonly<Record<string, string>>;
  readonly follows: () => readonly Following[];
}

export function gitAtHand({ paths, logger, meter, environment, follows }: GitOptions): GitAtHand {
  let opened: (OpenGit & AsyncDisposable) | undefined;
  const begin = (exclusive: boolean): OpenGit & AsyncDisposable => {
    const bare = gitSource({ reposDir: paths.repos, runDir: paths.run, logger, exclusive, environment });
    const source = meteredSource(bare, meter);
    const sightings = createSightings({ source, clock: systemClock, random: Math.random, follows });
    const keeper = keptConfiguration({ file: paths.configuration, logger });
    const offers = createConfigurationOffers({ sightings, keeper, logger });
    return { sightings, offers, exclusive, [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
  };
  return {
    open(exclusive) {
      opened ??= begin(exclusive);
      return opened;
    },
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]();
      opened = undefined;
    },
  };
}
