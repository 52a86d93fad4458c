import { In } from 'typeorm';
import { type ArtifactStore, digestOfFiles, putFolder, type StoredFile } from '../../artifacts';
import type { Database } from '../../database';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { Refusal, refuse } from '../refusal/refusals';
import { type Architecture, Checkpoint, type Layout } from './checkpoint.entity';
import type { CheckpointReader } from './checkpoint-reader';

export interface ImportCheckpoint {
  name: string;
  source: string;
  idempotencyKey?: string | null;
}

/** What a run or a merge made: its files are in the store already. */
export interface MadeCheckpoint {
  name: string;
  files: StoredFile[];
  architecture: Architecture;
  layout: Layout;
  parameterCount: number;
  config: Record<string, unknown>;
}

export class CheckpointService {
  constructor(
    readonly database: Database,
    readonly artifacts: ArtifactStore,
    readonly read: CheckpointReader,
    readonly idempotency: IdempotencyService,
  ) {}

  /** Reads a checkpoint, keeps a copy of its files and registers it. */
  async import({ name, source, idempotencyKey }: ImportCheckpoint): Promise<Checkpoint | Refusal> {
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a checkpoint needs a name' });
    const request = { scope: 'importCheckpoint', key: idempotencyKey, input: { name, source } };
    const earlier = await this.idempotency.recall(request);
    if (earlier instanceof Refusal) return earlier;
    if (earlier !== null) return this.getOrFail(earlier);

    const found = await this.read(source);
    if (found instanceof Refusal) return found;
    const { folder, paths, ...description } = found;
    const files = await putFolder(this.artifacts, folder, paths);
    return this.idempotency.once(
      request,
      () => this.#insert({ name, files, ...description }, { source }),
      (id) => this.getOrFail(id),
    );
  }

  /** Registers what a run or a merge made; part of the transaction that ends it. */
  async registerMade(
    made: MadeCheckpoint,
    origin: { parentId: string; runId: string } | { mergeId: string },
  ): Promise<Checkpoint> {
    return this.#insert(made, origin);
  }

  async #insert(
    made: MadeCheckpoint,
    origin: { source?: string; parentId?: string; runId?: string; mergeId?: string },
  ): Promise<Checkpoint> {
    const checkpoints = this.database.repository(Checkpoint);
    return checkpoints.save(checkpoints.create({ ...made, ...origin, digest: digestOfFiles(made.files) }));
  }

  /** Marks it deleted: it stays in lineage, and no run may start from it. Deleting twice is no error. */
  async delete(id: string): Promise<Checkpoint | Refusal> {
    if (!(await this.get(id))) return refuse('CHECKPOINT_NOT_FOUND', ['id'], { id });
    await this.database.query('UPDATE checkpoint SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL', [id]);
    return this.getOrFail(id);
  }

  /** Deleted ones too. */
  async get(id: string): Promise<Checkpoint | null> {
    return isId(id) ? this.database.repository(Checkpoint).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<Checkpoint> {
    return this.database.repository(Checkpoint).findOneByOrFail({ id });
  }

  /** A checkpoint that work may start from. */
  async usable(id: string, path: string[]): Promise<Checkpoint | Refusal> {
    const checkpoint = await this.get(id);
    if (!checkpoint) return refuse('CHECKPOINT_NOT_FOUND', path, { id });
    if (checkpoint.deletedAt) {
      return refuse('CHECKPOINT_DELETED', path, {
        name: checkpoint.name,
        deletedAt: checkpoint.deletedAt.toISOString(),
      });
    }
    return checkpoint;
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<Checkpoint[]> {
    return this.database.repository(Checkpoint).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest, { deleted = false } = {}): Promise<Page<Checkpoint>> {
    const query = this.database.repository(Checkpoint).createQueryBuilder('checkpoint');
    return pageOf(deleted ? query : query.where('checkpoint.deletedAt IS NULL'), page);
  }
}
