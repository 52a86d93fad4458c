import { In } from 'typeorm';
import type { Database } from '../../database';
import type { MetricName, MetricRow } from '../../metrics';
import { currentProject } from '../actor/actor';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageSize } from '../listing/page';
import { Misuse } from '../refusal/misuse';
import { Run } from '../run/run.entity';
import { MetricValue } from './metric-value.entity';

/** A number as a trainer hands it in. */
export type MeasuredValue = MetricRow & { metric: MetricName };

/** Which numbers to list. Given parts must all hold; each holds for any of its members. */
export interface MetricValueFilter {
  metrics?: MetricName[] | null;
  keys?: string[] | null;
  /** Classes or groups; null stands for "all of them". */
  subjects?: (string | null)[] | null;
  checkpointIds?: string[] | null;
  datasetIds?: string[] | null;
  /** Runs that made the evaluation or the evaluated checkpoint. */
  runIds?: string[] | null;
  /** Names of those runs' methods. */
  methods?: string[] | null;
}

export class MetricValueService {
  constructor(readonly database: Database) {}

  /** Part of the transaction that ends the evaluation. */
  async insert(evaluationId: string, values: readonly MeasuredValue[]): Promise<void> {
    await this.database.query(
      `INSERT INTO metric_value (evaluation_id, position, metric, key, subject, value, lower, upper, count, chance)
       SELECT $1, row.ordinality - 1, metric, key, subject, value, lower, upper, count, chance
       FROM unnest($2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[], $8::int[], $9::float8[])
         WITH ORDINALITY AS row(metric, key, subject, value, lower, upper, count, chance, ordinality)`,
      [
        evaluationId,
        ...(['metric', 'key', 'subject', 'value', 'lower', 'upper', 'count', 'chance'] as const).map((column) =>
          values.map((value) => value[column]),
        ),
      ],
    );
  }

  /** Those of some evaluations, in order; for dataloaders. */
  async ofEvaluations(ids: readonly string[]): Promise<MetricValue[]> {
    return this.database
      .repository(MetricValue)
      .find({ where: { evaluationId: In([...ids]) }, order: { evaluationId: 'ASC', position: 'ASC' } });
  }

  /** The newest evaluation's first; within an evaluation in its order. Rows come with their evaluation. */
  async list(filter: MetricValueFilter, { first, after }: PageRequest): Promise<Page<MetricValue>> {
    const size = pageSize(first);
    const query = this.database
      .repository(MetricValue)
      .createQueryBuilder('value')
      .innerJoinAndSelect('value.evaluation', 'evaluation')
      .innerJoin('evaluation.checkpoint', 'checkpoint')
      .leftJoin(Run, 'run', 'run.id = coalesce(evaluation.runId, checkpoint.runId)')
      .leftJoin('run.method', 'method');
    const projectId = currentProject();
    if (projectId !== null) query.andWhere('evaluation.projectId = :projectId', { projectId });
    const { metrics, keys, subjects, checkpointIds, datasetIds, runIds, methods } = filter;
    if (metrics != null) query.andWhere('value.metric = ANY(:metrics)', { metrics });
    if (keys != null) query.andWhere('value.key = ANY(:keys)', { keys });
    if (subjects != null) {
      const named = subjects.filter((subject) => subject !== null);
      const orAll = subjects.includes(null) ? 'OR value.subject IS NULL' : '';
      query.andWhere(`(value.subject = ANY(:named) ${orAll})`, { named });
    }
    const idsOf = (given: string[]) => given.filter(isId);
    if (checkpointIds != null) {
      query.andWhere('evaluation.checkpointId = ANY(:checkpointIds)', { checkpointIds: idsOf(checkpointIds) });
    }
    if (datasetIds != null) {
      query.andWhere('evaluation.datasetId = ANY(:datasetIds)', { datasetIds: idsOf(datasetIds) });
    }
    if (runIds != null) query.andWhere('run.id = ANY(:runIds)', { runIds: idsOf(runIds) });
    if (methods != null) query.andWhere('method.name = ANY(:methods)', { methods });

    const rest = query.clone();
    if (after != null) {
      const { at, id, position } = decodeCursor(after);
      rest.andWhere(
        `((evaluation.createdAt, evaluation.id) < (:at, :id) OR (evaluation.id = :id AND value.position > :position))`,
        { at, id, position },
      );
    }
    const rows = await rest
      .orderBy('evaluation.createdAt', 'DESC')
      .addOrderBy('evaluation.id', 'DESC')
      .addOrderBy('value.position', 'ASC')
      .limit(size + 1)
      .getMany();
    return {
      items: rows.slice(0, size).map((node) => ({ cursor: encodeCursor(node), node })),
      hasNextPage: rows.length > size,
      totalCount: () => query.clone().getCount(),
    };
  }
}

function encodeCursor({ evaluation, evaluationId, position }: MetricValue): string {
  return Buffer.from(`${evaluation!.createdAt.getTime()}:${evaluationId}:${position}`).toString('base64url');
}

/** @throws Misuse MALFORMED_CURSOR */
function decodeCursor(cursor: string): { at: Date; id: string; position: number } {
  const [, at, id, position] =
    /^(\d{1,15}):([0-9a-f-]{36}):(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (id === undefined || !isId(id)) {
    throw new Misuse('MALFORMED_CURSOR', 'the cursor is not one that this server gave out');
  }
  return { at: new Date(Number(at)), id, position: Number(position) };
}
