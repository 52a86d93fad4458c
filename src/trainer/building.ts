import { RunFailure } from './stop';

/** Builds a graph from what a method wrote; what that throws is the method's failure. */
export function building<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw new RunFailure('METHOD_FAILED', `the method's objective cannot be built: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
