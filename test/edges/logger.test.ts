import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redactor } from '../../src/core/redact.ts';
import { createLogger } from '../../src/edges/logger.ts';
import { HarborError } from '../../src/errors.ts';
import type { Logger } from '../../src/ports.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What a logger wrote, while the process could still have been killed. */
async function written(
  level: 'debug' | 'info',
  act: (logger: Logger) => void,
): Promise<{ text: string; lines: readonly Record<string, unknown>[] }> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'out');
  const file = await open(path, 'w');
  act(createLogger({ level: () => level, redact: redactor(['hunter22', '1234']), to: file.fd }));
  const text = await readFile(path, 'utf8');
  await file.close();
  return {
    text,
    lines: text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test('a line says when, how bad, what, and the fields', async () => {
  const { lines } = await written('info', (logger) => {
    logger.debug({}, 'not this');
    logger.warn({ app: 'web', n: 12345 }, 'look');
  });
  expect(lines).toEqual([
    { level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/) as string, app: 'web', n: 12345, msg: 'look' },
  ]);
});

test('no secret is in a message, a nested field, a key, an error, or its causes', async () => {
  const { text, lines } = await written('debug', (logger) => {
    const cause = Object.assign(new Error('hunter22'), { cmd: 'login --as hunter22' });
    const err = new HarborError('git said https://me:pw@host/ hunter22', {
      code: 'source-unreachable',
      hint: 'not hunter22',
      cause,
    });
    logger.error(
      { err, deep: { a: [{ b: { hunter22: 'x hunter22 y' } }] }, url: 'https://tok@host' },
      'failed with hunter22',
    );
    logger.debug(
      Object.assign(() => undefined, {}),
      '1234',
    );
  });
  expect(text).not.toMatch(/hunter22|pw@|tok@|1234"/);
  expect(lines[0]).toMatchObject({
    msg: 'failed with ***',
    err: {
      name: 'HarborError',
      code: 'source-unreachable',
      message: 'git said https://***@host/ ***',
      hint: 'not ***',
      cause: { cmd: 'login --as ***' },
    },
    url: 'https://***@host',
  });
});
