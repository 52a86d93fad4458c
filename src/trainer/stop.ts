import type { FailureCode } from './messages';

/** Why a run ends without a result, in words for the person who started it. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';

  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown between two steps after the run was cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}
