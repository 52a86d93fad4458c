import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config';

export type Log = Logger;

/**
 * Structured logs: one JSON object a line, on stderr, so that what a command prints on stdout stays its own.
 * Tokens and cookies are cut out wherever a request's headers are logged, and what an error was about (`withoutValues`).
 */
export function createLog(level: LogLevel, name = 'lethe'): Log {
  return pino(
    {
      name,
      level,
      serializers: { err: withoutValues },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['req.headers.authorization', 'req.headers.cookie', 'token', '*.token'], censor: '[redacted]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * What an error says of itself. All else stays out: the database's errors carry the values that their statement was given and the
 * row it was about, and these may be somebody's name.
 */
export function withoutValues(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { type, message, stack } = pino.stdSerializers.err(error);
  const { code, query } = error as { code?: unknown; query?: unknown };
  return { type, message, stack, ...(code === undefined ? {} : { code }), ...(query === undefined ? {} : { query }) };
}
