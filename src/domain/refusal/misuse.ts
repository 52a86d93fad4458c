/** A request that no well-behaved client sends: thrown, and shown with its code. */
export class Misuse extends Error {
  constructor(
    readonly code:
      | 'BAD_USER_INPUT'
      | 'MALFORMED_CURSOR'
      | 'BAD_PAGE_SIZE'
      | 'OUT_OF_RANGE'
      | 'NOT_FOUND'
      | 'UNAUTHENTICATED'
      | 'FORBIDDEN',
    message: string,
  ) {
    super(message);
  }
}
