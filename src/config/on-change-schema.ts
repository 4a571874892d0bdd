import { posix } from 'node:path';
import * as z from 'zod';
import type { OnChange, OnChangeRules } from '../model/on-change.ts';
import * as v from './values.ts';

/** Those of Linux, without the two that no process can make anything of. */
const signals = [
  ...['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'ALRM', 'TERM', 'CONT', 'TSTP', 'TTIN', 'TTOU', 'URG', 'VTALRM', 'PROF'],
  ...['WINCH', 'IO', 'POLL', 'PWR', 'SYS'],
];

const mustBe = 'must be recreate, restart, ignore, or a signal such as `signal HUP`';

/** Undefined: not understood. */
function parse(text: string): OnChange | undefined {
  if (text === 'recreate' || text === 'restart' || text === 'ignore') return { kind: text };
  const signal = /^signal +(?:SIG)?([A-Z0-9]+)$/i.exec(text)?.[1]?.toUpperCase();
  return signal !== undefined && signals.includes(signal) ? { kind: 'signal', signal } : undefined;
}

const act = v.text({
  title: 'recreate, restart, ignore, or signal NAME',
  must: mustBe,
  valid: (text) => parse(text) !== undefined,
});

const isGrant = (name: string): boolean => /^(?:config|secret) \S+$/.test(name);
const isRelative = (name: string): boolean => name !== '' && !/^\/|[\u0000-\u001f\u007f]/.test(name);

const mounted = z.string().refine(isRelative, {
  error:
    'is nothing that a service mounts from the repository; write it as in the compose file: ./nginx.conf, config NAME or secret NAME, or "*" for all',
});

export const onChangeSchema = z
  .record(v.serviceName(), z.union([act, z.record(mounted, act)], { error: `${mustBe}, or a map of these by file` }))
  .meta({
    title: 'map',
    description:
      'What becomes of a service when the content of something that it mounts from the repository changed, and nothing else of it; by service, or by service and file. ' +
      '`recreate`: it gets a new container. `restart`: its container is restarted. `signal HUP`: its main process gets this signal, by which many programs read their configuration anew. ' +
      '`ignore`: it needs to be told nothing. Files and folders are named as the compose file names them, configs and secrets as `config NAME` and `secret NAME`; `"*"` is whatever is not named. ' +
      'Whatever else changes needs a new container all the same.',
    examples: [{ web: { './nginx.conf': 'signal HUP', './html': 'ignore' }, worker: 'restart' }],
    absent: 'a new container',
  });

/** `path`: the folder that the compose files' paths start from. What is mounted gets the names that releases give it. */
export const onChangeRules = (path: string, written: z.output<typeof onChangeSchema> = {}): OnChangeRules =>
  Object.fromEntries(
    Object.entries(written).map(([service, rules]) => [
      service,
      Object.fromEntries(
        Object.entries(typeof rules === 'string' ? { '*': rules } : rules).map(([name, rule]) => [
          keyOf(name, path),
          parse(rule) ?? { kind: 'recreate' },
        ]),
      ),
    ]),
  );

const keyOf = (name: string, path: string): string =>
  name === '*' || isGrant(name) ? name : v.tidyPath(posix.join(path, name));
