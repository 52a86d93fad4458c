import { Field, ID, InterfaceType } from 'type-graphql';

/**
 * Relay's Node: anything that can be fetched again by its id. A sub-class is how GraphQL shows a row: it takes over
 * the row's columns, so a declared field without a resolver is the column of that name.
 */
@InterfaceType('Node', { description: 'Anything that can be fetched again by its id, through `node(id)`.' })
export abstract class Node {
  @Field(() => ID, { description: 'Globally unique and stable.' })
  readonly id: string;

  constructor(row: { id: string }) {
    Object.assign(this, row);
  }
}
