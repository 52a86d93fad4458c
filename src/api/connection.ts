import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { LARGEST_PAGE, type Page, type PageRequest } from '../domain';
import { BigIntScalar } from './scalars';

@ArgsType()
export class PageArgs implements PageRequest {
  @Field(() => Int, { defaultValue: 20, description: `Rows to return, 1 to ${LARGEST_PAGE}.` })
  first: number;

  @Field(() => String, { nullable: true, description: 'Cursor of the row after which to begin; absent, at the first.' })
  after?: string | null;
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

/** A page as GraphQL shows it. */
export interface ConnectionOf<T> {
  edges: { node: T; cursor: string }[];
  pageInfo: PageInfo;
  /** Called only when `totalCount` is asked for: counting costs a scan. */
  count: () => Promise<number>;
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

    readonly count: () => Promise<number>;

    @Field(() => BigIntScalar, { description: 'Rows in the whole list.' })
    totalCount(): Promise<number> {
      return this.count();
    }
  }
  return Connection;
}

/** A page of rows as the connection of what GraphQL shows for them. */
export function toConnection<R, T>(page: Page<R>, { after }: PageRequest, show: (row: R) => T): ConnectionOf<T> {
  const edges = page.items.map(({ node, cursor }) => ({ node: show(node), cursor }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: after != null,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
    count: page.totalCount,
  };
}
