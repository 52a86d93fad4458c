import type { DataSource, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** Values that a row of an entity must have to be read at all; null for any row. Asked at each read. */
export type Narrowing = (entity: unknown) => Record<string, string> | null;

/**
 * Adds a condition to every read of an entity, whether by a repository or a query builder: one forgotten condition in
 * one service would show a tenant another's data. Like TypeORM's own condition for soft-deleted rows it stands beside
 * the query's `where`, which may replace its own conditions and not this one. Rows that are only joined are not narrowed.
 */
export function narrowReads(dataSource: DataSource, narrowing: Narrowing): void {
  const build = dataSource.createQueryBuilder.bind(dataSource) as (
    ...given: unknown[]
  ) => SelectQueryBuilder<ObjectLiteral>;
  const narrowed = (...given: unknown[]) => {
    const query = build(...given);
    const { mainAlias } = query.expressionMap;
    const values = mainAlias?.hasMetadata ? narrowing(mainAlias.metadata.target) : null;
    if (!values || !mainAlias) return query;
    const columns = Object.keys(values);
    query.expressionMap.extraAppendedAndWhereCondition = columns
      .map((column) => `${mainAlias.name}.${column} = :narrowed_${column}`)
      .join(' AND ');
    return query.setParameters(Object.fromEntries(columns.map((column) => [`narrowed_${column}`, values[column]])));
  };
  dataSource.createQueryBuilder = narrowed as DataSource['createQueryBuilder'];
}
