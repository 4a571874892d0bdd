import { styleText } from 'node:util';
import { visibleProse } from '../core/visible.ts';
import { type Line, type Paint, rendered, type Style } from './line.ts';

/** Where text goes: `process.stdout` and `process.stderr`, or anything that collects it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

export interface PrinterOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Undefined: on a terminal. */
  readonly colours: boolean | undefined;
}

/** The only way from the CLI to a person or a pipe. */
export interface Printer {
  /** Results, on stdout. */
  lines(lines: readonly Line[]): void;
  /** A result for programs: one document, indented. */
  json(value: unknown): void;
  /** A result for programs: one line. */
  jsonLine(value: unknown): void;
  /** A result for spreadsheets: one record of CSV. */
  csv(record: string): void;
  /** What a person should know besides the result, on stderr. */
  note(line: Line): void;
  /** The line at the bottom of a terminal that shows that work goes on; undefined takes it away. Elsewhere than on a terminal: nothing. */
  busy(line: Line | undefined): void;
  /** Whether somebody watches stderr. */
  readonly isLive: boolean;
  /** Characters in a line of stdout, if it is a terminal. */
  readonly width: number | undefined;
  /** Aborted once nobody reads stdout any more (`harbormaster log --follow | head`). */
  readonly closed: AbortSignal;
}

const formats = {
  good: 'green',
  bad: ['red', 'bold'],
  warn: 'yellow',
  dim: 'dim',
  strong: 'bold',
} as const satisfies Record<Style, unknown>;

const clearLine = '\r\u001b[K';

export function createPrinter({ stdout, stderr, colours }: PrinterOptions): Printer {
  const closed = new AbortController();
  const isLive = stderr.isTTY === true;
  let bottom: string | undefined;

  stdout.on?.('error', (error) => {
    if (!isNobodyReading(error)) throw error;
    closed.abort();
  });
  stderr.on?.('error', (error) => {
    if (!isNobodyReading(error)) throw error;
  });

  const write = (output: Output, text: string): void => {
    if (output === stdout && closed.signal.aborted) return;
    output.write(text);
  };

  /** The bottom line makes room for what stays, and comes back under it. */
  const above = (print: () => void): void => {
    if (bottom !== undefined) stderr.write(clearLine);
    print();
    if (bottom !== undefined) stderr.write(bottom);
  };

  return {
    lines(lines) {
      const paint = painter(colours ?? stdout.isTTY === true);
      above(() => write(stdout, lines.map((line) => `${rendered(line, paint)}\n`).join('')));
    },
    json: (value) => above(() => write(stdout, `${visibleProse(JSON.stringify(value, undefined, 2))}\n`)),
    jsonLine: (value) => above(() => write(stdout, `${visibleProse(JSON.stringify(value))}\n`)),
    csv: (record) => above(() => write(stdout, `${visibleProse(record)}\r\n`)),
    note: (line) => above(() => write(stderr, `${rendered(line, painter(colours ?? isLive))}\n`)),
    busy(line) {
      if (!isLive) return;
      if (bottom !== undefined) stderr.write(clearLine);
      bottom = line === undefined ? undefined : [...rendered(line)].slice(0, (stderr.columns ?? 80) - 1).join('');
      if (bottom !== undefined) stderr.write(bottom);
    },
    isLive,
    get width() {
      return stdout.isTTY === true ? stdout.columns : undefined;
    },
    closed: closed.signal,
  };
}

const isNobodyReading = (error: Error): boolean =>
  'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');

/** Whether colours are wanted is decided here alone, so that Node's own look at the environment is switched off. */
const painter =
  (colours: boolean): Paint =>
  (style, text) =>
    colours && text !== '' ? styleText([...[formats[style]].flat()], text, { validateStream: false }) : text;
