import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { Misuse } from '../refusal/misuse';
import { decodeCursor, decodeNumber, encodeCursor, type Position } from './cursor';

export interface PageRequest {
  /** 1 to 100; 20 when left out. */
  first?: number | null;
  /** Cursor of the last item already seen. */
  after?: string | null;
}

export interface Page<T> {
  items: { cursor: string; node: T }[];
  hasNextPage: boolean;
  /** Counts on demand: many clients never ask. */
  totalCount: () => Promise<number>;
}

export const LARGEST_PAGE = 100;

/** @throws Misuse BAD_PAGE_SIZE */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? 20;
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_PAGE) {
    throw new Misuse('BAD_PAGE_SIZE', `first must be an integer from 1 to ${LARGEST_PAGE}`);
  }
  return size;
}

/** One page of a query over rows with `createdAt` and `id`, newest first. Keyset: no offset, no row twice. */
export async function pageOf<T extends Position & ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { first, after }: PageRequest,
): Promise<Page<T>> {
  const size = pageSize(first);
  const { alias } = query;
  const rest = query.clone();
  if (after != null) {
    const position = decodeCursor(after);
    rest.andWhere(`(${alias}.createdAt, ${alias}.id) < (:pageAt, :pageId)`, {
      pageAt: position.createdAt,
      pageId: position.id,
    });
  }
  const rows = await rest
    .orderBy(`${alias}.createdAt`, 'DESC')
    .addOrderBy(`${alias}.id`, 'DESC')
    .limit(size + 1)
    .getMany();
  return {
    items: rows.slice(0, size).map((node) => ({ cursor: encodeCursor(node), node })),
    hasNextPage: rows.length > size,
    totalCount: () => query.clone().getCount(),
  };
}

/** One page of a list that is computed as a whole; its cursors are places in it. @throws Misuse BAD_PAGE_SIZE, MALFORMED_CURSOR */
export function pageOfList<T>(list: readonly T[], { first, after }: PageRequest): Page<T> {
  const from = after == null ? 0 : decodeNumber(after);
  const items = list.slice(from, from + pageSize(first));
  return {
    items: items.map((node, i) => ({ cursor: String(from + i + 1), node })),
    hasNextPage: from + items.length < list.length,
    totalCount: async () => list.length,
  };
}
