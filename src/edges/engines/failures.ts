import { type ErrorCode, HarborError } from '../../errors.ts';
import { visible } from './text.ts';

interface Translation {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint: string;
}

/** What the engine says, in its own words and in Compose's, and whose turn it is then. The first that matches wins. */
const translations: readonly Translation[] = [
  {
    pattern: /port is already allocated|address already in use/i,
    code: 'port-taken',
    hint: 'Stop what holds the port, or publish another one.',
  },
  {
    pattern: /container name "[^"]*" is already in use/i,
    code: 'name-taken',
    hint: 'Remove or rename the container that has the name, or take `container_name` out of the compose file.',
  },
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'disk-full',
    hint: 'Make room where the engine keeps its data; `docker system df` shows what takes it.',
  },
  {
    pattern: /cannot connect to the docker daemon|is the docker daemon running|error during connect/i,
    code: 'engine-unreachable',
    hint: 'Is the Docker socket mounted / the engine running / may this user open it?',
  },
  {
    pattern: /non-overlapping IPv4 address pool|predefined address pools have been fully subnetted/i,
    code: 'engine-refused',
    hint: 'The engine has no address range left for another network (its default holds about 31): remove unused networks, or give it more in `default-address-pools`.',
  },
  {
    pattern: /no such image|image .* not found|pull access denied/i,
    code: 'image-unavailable',
    hint: 'The image went away after it was pulled; the next pass pulls it again.',
  },
];

/** A refusal of the engine as an error: its own words, and what to do where that is known. */
export function engineFailure(text: string, cause?: unknown): HarborError {
  const message = cleaned(text);
  const known = translations.find(({ pattern }) => pattern.test(message));
  return new HarborError(message, { code: known?.code ?? 'engine-refused', hint: known?.hint, cause });
}

export function unreachable(address: string, what: string, cause?: unknown): HarborError {
  return new HarborError(`the Docker engine at ${address} ${what}`, {
    code: 'engine-unreachable',
    hint: 'Is the Docker socket mounted / the engine running / may this user open it?',
    cause,
  });
}

const cleaned = (text: string): string =>
  visible(text)
    .replace(/^(?:Error response from daemon|Error): /gm, '')
    .trim();

export const isRefusal = (error: unknown): error is HarborError =>
  error instanceof HarborError && error.code === 'engine-refused';

/** The cause of an `engine-unreachable` whose call was taken, and not answered in time. */
export class Overdue extends Error {}

export const isOverdue = (error: HarborError): boolean => error.cause instanceof Overdue;
