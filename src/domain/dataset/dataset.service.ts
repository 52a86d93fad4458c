import { In } from 'typeorm';
import type { Database } from '../../database';
import type { AuditLog } from '../audit/audit-log';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { Refusal, refuse } from '../refusal/refusals';
import { Dataset } from './dataset.entity';
import type { DatasetReader, ReadSample } from './dataset-reader';

export interface RegisterDataset {
  name: string;
  source: string;
  idempotencyKey?: string | null;
}

/** Rows per INSERT. */
const CHUNK = 2_000;

export class DatasetService {
  constructor(
    readonly database: Database,
    readonly read: DatasetReader,
    readonly idempotency: IdempotencyService,
    readonly lineage: LineageService,
    readonly audit: AuditLog,
  ) {}

  async register({ name, source, idempotencyKey }: RegisterDataset): Promise<Dataset | Refusal> {
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a dataset needs a name' });
    const request = { scope: 'registerDataset', key: idempotencyKey, input: { name, source } };
    const earlier = await this.idempotency.recall(request);
    if (earlier instanceof Refusal) return earlier;
    if (earlier !== null) return this.getOrFail(earlier);

    const found = await this.read(source);
    if (found instanceof Refusal) return found;
    const { samples, ...description } = found;
    return this.idempotency.once(
      request,
      async () => {
        const datasets = this.database.repository(Dataset);
        const dataset = await datasets.save(datasets.create({ name, ...description, sampleCount: samples.length }));
        for (let at = 0; at < samples.length; at += CHUNK) {
          await this.#insertSamples(dataset.id, at, samples.slice(at, at + CHUNK));
        }
        await this.lineage.add({ type: 'DATASET', id: dataset.id, label: name });
        const { id, digest, sampleCount } = dataset;
        const subject = { type: 'DATASET', id };
        await this.audit.record({ action: 'DATASET_REGISTERED', subject, after: { digest, sampleCount } });
        return dataset;
      },
      (id) => this.getOrFail(id),
    );
  }

  async #insertSamples(datasetId: string, from: number, samples: ReadSample[]): Promise<void> {
    await this.database.query(
      `INSERT INTO sample (dataset_id, position, hash, path, class_name, caption)
       SELECT $1, $2 + row.ordinality - 1, row.hash, row.path, row.class_name, row.caption
       FROM unnest($3::text[], $4::text[], $5::text[], $6::text[])
         WITH ORDINALITY AS row(hash, path, class_name, caption, ordinality)`,
      [
        datasetId,
        from,
        samples.map((sample) => sample.hash),
        samples.map((sample) => sample.path),
        samples.map((sample) => sample.className),
        samples.map((sample) => sample.caption),
      ],
    );
  }

  /** Whether a sample has neither caption nor class. */
  async hasWordless(id: string): Promise<boolean> {
    const rows = await this.database.query(
      'SELECT 1 FROM sample WHERE dataset_id = $1 AND caption IS NULL AND class_name IS NULL LIMIT 1',
      [id],
    );
    return rows.length > 0;
  }

  async get(id: string): Promise<Dataset | null> {
    return isId(id) ? this.database.repository(Dataset).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<Dataset> {
    return this.database.repository(Dataset).findOneByOrFail({ id });
  }

  async byIds(ids: readonly string[]): Promise<Dataset[]> {
    return this.database.repository(Dataset).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest): Promise<Page<Dataset>> {
    return pageOf(this.database.repository(Dataset).createQueryBuilder('dataset'), page);
  }
}
