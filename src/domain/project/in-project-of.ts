import type { EntityTarget, FindOptionsWhere } from 'typeorm';
import type { Database } from '../../database';
import { actingAs, systemOf } from '../actor/actor';
import type { Owned } from './owned';

/** Runs Lethe's own work on a row within the row's project, so that it reads and makes nothing beside it. */
export async function inProjectOf<E extends Owned, T>(
  database: Database,
  entity: EntityTarget<E>,
  id: string,
  work: () => Promise<T>,
): Promise<T> {
  const { projectId } = await database.repository(entity).findOneByOrFail({ id } as FindOptionsWhere<E>);
  return actingAs(systemOf(projectId), work);
}
