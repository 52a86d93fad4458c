import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Misuse } from '../../domain';
import type { Log } from '../../observability/log';
import type { Metrics } from '../../observability/metrics';

/** Turns what went wrong into what a client may read. */
export type PresentError = (error: unknown, formatted?: GraphQLFormattedError) => GraphQLFormattedError;

/**
 * Errors about the client's document and arguments pass, without echoing input. Anything else is a bug of ours: the
 * client gets an id, the log gets the id and the error.
 */
export function createPresentError(log: Log, metrics: Metrics): PresentError {
  return (error, formatted) => {
    const original = unwrapResolverError(error);
    const where = locate(error, formatted);
    if (original instanceof Misuse) {
      return { ...where, message: original.message, extensions: { code: original.code } };
    }
    if (isClients(original, error, formatted)) {
      const { message } = original;
      // Apollo's own hint for the status line stays inside.
      const { http: _http, ...extensions } = original.extensions;
      return { ...where, message, extensions: { code: 'BAD_USER_INPUT', ...formatted?.extensions, ...extensions } };
    }
    const id = randomUUID();
    metrics.internalErrors.inc();
    log.error({ err: original, errorId: id, path: where.path }, 'unexpected error, hidden from the client');
    return {
      ...where,
      message: `Something went wrong on our side. The server's log tells more under the id ${id}.`,
      extensions: { code: 'INTERNAL_SERVER_ERROR', id },
    };
  };
}

/** Ours to show: an error with a code of its own, or one that arose before anything ran (syntax, types, variables). */
function isClients(original: unknown, error: unknown, formatted?: GraphQLFormattedError): original is GraphQLError {
  if (!(original instanceof GraphQLError)) return false;
  const code = original.extensions.code ?? formatted?.extensions?.code;
  if (code === 'INTERNAL_SERVER_ERROR') return false;
  return code !== undefined || !(error instanceof GraphQLError) || error.path === undefined;
}

function locate(error: unknown, formatted?: GraphQLFormattedError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  const source = formatted ?? (error instanceof GraphQLError ? error.toJSON() : undefined);
  return {
    ...(source?.locations ? { locations: source.locations } : {}),
    ...(source?.path ? { path: source.path } : {}),
  };
}
