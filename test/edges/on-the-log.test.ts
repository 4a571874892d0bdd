import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statePaths } from '../../src/edges/state-folder.ts';
import { catalogues } from '../../src/wire/catalogues.ts';
import { configuration } from '../../src/wire/configuration.ts';
import { locked } from '../../src/wire/frame.ts';
import { onTheLog } from '../../src/wire/record.ts';
import { silentLogger } from '../support/fakes.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('what works on the log by hand holds the state lock until it has ended', async () => {
  await using folder = await temporaryFolder();
  const configFile = join(folder.path, 'harbormaster.yml');
  await writeFile(configFile, 'apps: {}\n');
  const stateDir = join(folder.path, 'state');
  const invocation = { configFile, stateDir, environment: {}, version: 'v', commit: 'c', hostName: 'host' };
  const git = () => {
    throw new Error('nothing comes from Git here');
  };
  const config = configuration({ invocation, catalogues, git });
  const frame = { invocation, paths: statePaths(stateDir), config, logger: silentLogger };
  const second = () => locked(frame, 'apply').catch((error: Error) => error.message);

  const told = await onTheLog(frame, 'log change-key', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return second();
  });
  expect(told).toMatch('in use by harbormaster log change-key');
  await using _free = await locked(frame, 'apply');
});
