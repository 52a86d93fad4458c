import { Max, Min } from 'class-validator';
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { BigIntScalar } from './scalars';
import { limits } from './server/limits';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 20, description: `Rows to return, 1 to ${limits.pageSize}.` })
  @Min(1)
  @Max(limits.pageSize)
  first: number;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the row after which to begin; absent, at the newest.',
  })
  after?: string;
}

@ObjectType('PageInfo', { description: "Relay's page information. Lists only go forward." })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are rows after this page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether this page began after a cursor.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: "Cursor of the page's first row." })
  startCursor?: string;

  @Field(() => String, { nullable: true, description: "Cursor of the page's last row: the next page's `after`." })
  endCursor?: string;
}

/** A page as GraphQL shows it. `totalCount` is a thunk: counting costs a scan and few clients ask. */
export interface ConnectionOf<T> {
  edges: { node: T; cursor: string }[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}

/** Declares `<name>Connection` and `<name>Edge`. @param rows what the rows are, in the plural, for the descriptions */
export function connectionType<T extends object>(
  name: string,
  rows: string,
  node: () => ClassType<T> | (abstract new (...args: never[]) => T),
): new () => ConnectionOf<T> {
  @ObjectType(`${name}Edge`, { description: 'A row and its place in the list.' })
  class Edge {
    @Field(() => node() as ClassType<T>, { description: 'The row.' })
    node: T;

    @Field(() => String, { description: 'Its place: pass it as `after`.' })
    cursor: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${rows}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The rows, newest first unless said otherwise.' })
    edges: Edge[];

    @Field(() => PageInfo, { description: 'Whether there is more, and where it begins.' })
    pageInfo: PageInfo;

    @Field(() => BigIntScalar, { description: 'Rows in the whole list.' })
    totalCount: () => Promise<number>;
  }
  return Connection;
}

/** @param rows up to one more than `first`: the extra row only tells that there is another page */
export function toConnection<R, T>(
  rows: readonly R[],
  { first, after }: PageArgs,
  cursorOf: (row: R) => string,
  show: (row: R) => T,
  totalCount: () => Promise<number>,
): ConnectionOf<T> {
  const edges = rows.slice(0, first).map((row) => ({ node: show(row), cursor: cursorOf(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
    totalCount,
  };
}
