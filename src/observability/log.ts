import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config';

export type Log = Logger;

/**
 * Structured logs: one JSON object a line, on stderr, so that what a command prints on stdout stays its own.
 * Tokens and cookies are cut out wherever a request's headers are logged.
 */
export function createLog(level: LogLevel, name = 'lethe'): Log {
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['req.headers.authorization', 'req.headers.cookie', 'token', '*.token'], censor: '[redacted]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
