import { type Level, pino, stdTimeFunctions } from 'pino';
import { type Redact, redactDeep } from '../core/redact.ts';
import type { Logger } from '../ports.ts';

export interface LoggerOptions {
  /** Asked at every line, as the secrets are. */
  readonly level: () => Level;
  /** Asked at every line: the secrets that are known change when the configuration is loaded again. */
  readonly redact: Redact;
  /** File descriptor; 2 is stderr. */
  readonly to?: number;
}

/**
 * One JSON object a line. Written synchronously: lines that are still in memory when a process is killed are those that would tell why.
 * Fields, errors with their causes, and messages are redacted whole: pino's own paths reach one level only.
 */
export function createLogger({ level, redact, to = 2 }: LoggerOptions): Logger {
  const options = {
    level: 'debug',
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (error: unknown) => error },
  };
  const sink = pino(options, pino.destination({ fd: to, sync: true }));
  const writer = (severity: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    sink.level = level();
    if (sink.isLevelEnabled(severity)) sink[severity](redactDeep(redact, fields), redact(message));
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}
