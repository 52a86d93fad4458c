import { In } from 'typeorm';
import { type ArtifactStore, digestOfFiles, putFolder, type StoredFile } from '../../artifacts';
import type { Database } from '../../database';
import type { Queue } from '../../queue';
import { currentActor } from '../actor/actor';
import { Alias } from '../alias/alias.entity';
import type { AuditLog } from '../audit/audit-log';
import { backgroundJob } from '../background/background.service';
import { Certificate } from '../certificate/certificate.entity';
import type { DatasetService } from '../dataset/dataset.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { Refusal, refuse } from '../refusal/refusals';
import { type Architecture, Checkpoint, type Layout } from './checkpoint.entity';
import type { CheckpointReader } from './checkpoint-reader';

export interface ImportCheckpoint {
  name: string;
  source: string;
  /** Checkpoints it was fine-tuned from elsewhere. */
  parentIds?: string[] | null;
  /** Datasets it was trained or fine-tuned on. */
  datasetIds?: string[] | null;
  idempotencyKey?: string | null;
}

export interface DeclareTraining {
  checkpointId: string;
  datasetIds: string[];
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

interface CheckpointServices {
  database: Database;
  artifacts: ArtifactStore;
  audit: AuditLog;
  datasets: DatasetService;
  lineage: LineageService;
  queue: Queue;
  idempotency: IdempotencyService;
}

export class CheckpointService {
  readonly database: Database;

  constructor(
    readonly services: CheckpointServices,
    readonly read: CheckpointReader,
  ) {
    this.database = services.database;
  }

  /** Reads a checkpoint, keeps a copy of its files and registers it, with what is known of how it came to be. */
  async import({ idempotencyKey, ...input }: ImportCheckpoint): Promise<Checkpoint | Refusal> {
    const { artifacts, audit, idempotency, lineage } = this.services;
    const { name, source } = input;
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a checkpoint needs a name' });
    const request = { scope: 'importCheckpoint', key: idempotencyKey, input };
    const earlier = await idempotency.recall(request);
    if (earlier instanceof Refusal) return earlier;
    if (earlier !== null) return this.getOrFail(earlier);

    const parentIds = [...new Set(input.parentIds ?? [])];
    const datasetIds = [...new Set(input.datasetIds ?? [])];
    const missing = (await this.#missingParent(parentIds)) ?? (await this.#missingDataset(datasetIds));
    if (missing) return missing;
    const found = await this.read(source);
    if (found instanceof Refusal) return found;
    const { folder, paths, ...description } = found;
    const files = await putFolder(artifacts, folder, paths);
    return idempotency.once(
      request,
      async () => {
        const { id: importedBy, vouchers = [] } = currentActor();
        const origin = { source, importedBy, importedByVouchers: [...vouchers] };
        const made = await this.#insert({ name, files, ...description }, origin);
        for (const from of parentIds) await lineage.link({ from, to: made.id, kind: 'FINE_TUNED' });
        for (const from of datasetIds) await lineage.link({ from, to: made.id, kind: 'TRAINED' });
        const subject = { type: 'CHECKPOINT', id: made.id };
        const { digest } = made;
        await audit.record({ action: 'CHECKPOINT_IMPORTED', subject, after: { digest, parentIds, datasetIds } });
        return made;
      },
      (id) => this.getOrFail(id),
    );
  }

  /**
   * Says on what a checkpoint was trained before Lethe knew it: what `carriersOf` decides from. What was said before stays
   * said, for a declaration is evidence.
   */
  async declareTraining({ idempotencyKey, ...input }: DeclareTraining): Promise<Checkpoint | Refusal> {
    const { audit, idempotency, lineage } = this.services;
    const { checkpointId: to, datasetIds } = input;
    return idempotency.once<Checkpoint, Refusal>(
      { scope: 'declareTraining', key: idempotencyKey, input },
      async () => {
        const checkpoint = await this.get(to);
        if (!checkpoint) return refuse('CHECKPOINT_NOT_FOUND', ['checkpointId'], { id: to });
        if (datasetIds.length === 0) return refuse('INVALID_INPUT', ['datasetIds'], { problem: 'name a dataset' });
        const missing = await this.#missingDataset(datasetIds);
        if (missing) return missing;
        for (const from of new Set(datasetIds)) await lineage.link({ from, to, kind: 'TRAINED' });
        await this.#lookForReEmergence(to);
        const subject = { type: 'CHECKPOINT', id: to };
        await audit.record({ action: 'CHECKPOINT_TRAINING_DECLARED', subject, after: { datasetIds } });
        return checkpoint;
      },
      (id) => this.getOrFail(id),
    );
  }

  async #missingParent(ids: string[]): Promise<Refusal | null> {
    for (const [i, id] of ids.entries()) {
      if (!(await this.get(id))) return refuse('CHECKPOINT_NOT_FOUND', ['parentIds', String(i)], { id });
    }
    return null;
  }

  async #missingDataset(ids: string[]): Promise<Refusal | null> {
    for (const [i, id] of ids.entries()) {
      if (!(await this.services.datasets.get(id)))
        return refuse('DATASET_NOT_FOUND', ['datasetIds', String(i)], { id });
    }
    return null;
  }

  /** Registers what a run or a merge made; part of the transaction that ends it. */
  async registerMade(
    made: MadeCheckpoint,
    origin: { parentId: string; runId: string } | { mergeId: string },
  ): Promise<Checkpoint> {
    const checkpoint = await this.#insert(made, origin);
    const { id, digest, projectId } = checkpoint;
    const subject = { type: 'CHECKPOINT', id };
    await this.services.audit.record({
      action: 'CHECKPOINT_MADE',
      subject,
      after: { digest, ...origin },
      projectId,
    });
    return checkpoint;
  }

  async #insert(
    made: MadeCheckpoint,
    origin: Partial<
      Pick<Checkpoint, 'source' | 'importedBy' | 'importedByVouchers' | 'parentId' | 'runId' | 'mergeId'>
    >,
  ): Promise<Checkpoint> {
    const checkpoints = this.database.repository(Checkpoint);
    const row = await checkpoints.save(checkpoints.create({ ...made, ...origin, digest: digestOfFiles(made.files) }));
    await this.services.lineage.add({ type: 'CHECKPOINT', id: row.id, label: row.name });
    await this.#linkIdentical(row);
    await this.#lookForReEmergence(row.id);
    return row;
  }

  /** Whatever it is called and wherever it came from, its bytes know what they know: one that was here before is its past. */
  async #linkIdentical({ id: to, digest, projectId }: Checkpoint): Promise<void> {
    // Two at once: the second one waits, and finds the first.
    await this.database.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`checkpoint ${digest}`]);
    const [oldest] = await this.database.query<{ id: string }>(
      'SELECT id FROM checkpoint WHERE digest = $1 AND project_id = $2 AND id <> $3 ORDER BY created_at, id LIMIT 1',
      [digest, projectId, to],
    );
    if (oldest) await this.services.lineage.link({ from: oldest.id, to, kind: 'IDENTICAL' });
  }

  /** Part of the transaction that makes the checkpoint or says more of it: a certificate may not hold any more (`ReEmergence`). */
  async #lookForReEmergence(subjectId: string): Promise<void> {
    const certified = await this.database.repository(Certificate).existsBy({ status: In(['VALID', 'PENDING']) });
    if (certified) await this.services.queue.wake(backgroundJob({ kind: 'RE_EMERGENCE', subjectId }));
  }

  /** Marks it deleted: it stays in lineage, nothing starts from it and its files are not given out. Deleting twice is no error. */
  async delete(id: string): Promise<Checkpoint | Refusal> {
    return this.database.transaction(async () => {
      const found = await this.get(id);
      if (!found) return refuse('CHECKPOINT_NOT_FOUND', ['id'], { id });
      // An alias on its way to it holds a lock until it is there.
      await this.database.query('SELECT FROM checkpoint WHERE id = $1 FOR UPDATE', [id]);
      const alias = await this.database.repository(Alias).findOneBy({ checkpointId: id });
      if (alias && !found.deletedAt)
        return refuse('CHECKPOINT_ALIASED', ['id'], { name: found.name, alias: alias.name });
      const deleted = await this.database.query(
        'UPDATE checkpoint SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL RETURNING id',
        [id],
      );
      if (deleted.length > 0) {
        const { digest, projectId } = found;
        const subject = { type: 'CHECKPOINT', id };
        await this.services.audit.record({ action: 'CHECKPOINT_DELETED', subject, before: { digest }, projectId });
      }
      return this.getOrFail(id);
    });
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
