import { GraphQLError } from 'graphql';

/** A request that no user could have meant: a bug in the client. Thrown, unlike a refusal, and shown with its code. */
export class Misuse extends GraphQLError {
  constructor(code: 'MALFORMED_CURSOR' | 'BAD_USER_INPUT' | 'NOT_FOUND' | 'UNAUTHENTICATED', message: string) {
    super(message, { extensions: { code } });
  }
}
