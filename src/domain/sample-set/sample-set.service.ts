import { createHash } from 'node:crypto';
import { In } from 'typeorm';
import type { Database } from '../../database';
import type { AuditLog } from '../audit/audit-log';
import type { Dataset } from '../dataset/dataset.entity';
import type { DatasetService } from '../dataset/dataset.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { Refusal, refuse } from '../refusal/refusals';
import type { Shared } from './refuse-shared';
import { SampleSet, type Selector, type SetKind } from './sample-set.entity';

export interface CreateSampleSet {
  kind: SetKind;
  name: string;
  /** Zero-shot: class names and no images. Without a dataset, these are all there is. */
  classes?: string[] | null;
  datasetId?: string | null;
  /** Every sample of the dataset when left out. */
  selector?: Selector | null;
  idempotencyKey?: string | null;
}

interface Member {
  position: number;
  hash: string;
  className: string | null;
}

export class SampleSetService {
  constructor(
    readonly database: Database,
    readonly datasets: DatasetService,
    readonly idempotency: IdempotencyService,
    readonly lineage: LineageService,
    readonly audit: AuditLog,
  ) {}

  async create({ idempotencyKey, ...input }: CreateSampleSet): Promise<SampleSet | Refusal> {
    return this.idempotency.once(
      { scope: `create${input.kind}Set`, key: idempotencyKey, input },
      () => this.#create(input),
      (id) => this.getOrFail(id),
    );
  }

  /** What is left to keep of a dataset when a forget set is taken out. Made when it is first asked for; after that, the same one. */
  async rest(datasetId: string, forgetSetId: string): Promise<SampleSet | Refusal> {
    const [dataset, forget] = [await this.datasets.get(datasetId), await this.get(forgetSetId)];
    if (!dataset) return refuse('DATASET_NOT_FOUND', ['datasetId'], { id: datasetId });
    if (!forget) return refuse('SET_NOT_FOUND', ['forgetSetId'], { kind: 'forget', id: forgetSetId });
    const name = `${dataset.name} without ${forget.name}`;
    return this.idempotency.once(
      { scope: 'rest', key: `${datasetId} ${forgetSetId}`, input: null },
      () => this.#create({ kind: 'RETAIN', name, datasetId, selector: { exceptSetId: forgetSetId } }),
      (id) => this.getOrFail(id),
    );
  }

  async #create(input: Omit<CreateSampleSet, 'idempotencyKey'>): Promise<SampleSet | Refusal> {
    const made = await this.#save(input);
    if (made instanceof Refusal) return made;
    await this.#enterLineage(made);
    const { id, kind, digest, sampleCount, datasetId } = made;
    const subject = { type: `${kind}_SET`, id };
    await this.audit.record({ action: 'SET_CREATED', subject, after: { digest, sampleCount, datasetId } });
    return made;
  }

  async #save({ kind, name, classes, datasetId, selector }: CreateSampleSet): Promise<SampleSet | Refusal> {
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a set needs a name' });
    const sets = this.database.repository(SampleSet);
    if (datasetId == null) {
      const named = [...new Set(classes ?? [])];
      if (named.length === 0 || named.some((className) => className.trim() === '')) {
        return refuse('INVALID_INPUT', ['classes'], { problem: 'a set without a dataset needs class names' });
      }
      if (selector)
        return refuse('INVALID_INPUT', ['selector'], { problem: 'a selector chooses from a dataset; name one' });
      return sets.save(
        sets.create({
          kind,
          name,
          classes: named,
          datasetId: null,
          selector: null,
          sampleCount: 0,
          digest: digestOf(named, []),
        }),
      );
    }
    const dataset = await this.datasets.get(datasetId);
    if (!dataset) return refuse('DATASET_NOT_FOUND', ['datasetId'], { id: datasetId });
    const unknown = unknownClass(dataset, { classes, selector });
    if (unknown) return unknown;
    // `classes` beside a dataset is shorthand for a selector by class: both at once would say one thing and choose another.
    if (classes?.length && selector?.classes) {
      return refuse('INVALID_INPUT', ['classes'], { problem: 'classes are named twice: here or in the selector' });
    }
    const chosen: Selector = { ...selector, ...(classes?.length ? { classes } : {}) };
    const excepted = await this.#excepted(chosen);
    if (excepted instanceof Refusal) return excepted;
    const members = await this.#select(datasetId, excepted);
    if (members.length === 0) return refuse('SET_EMPTY', ['selector'], { dataset: dataset.name });
    const present = new Set(members.map((member) => member.className));
    const covered = dataset.classes.filter((className) => present.has(className));
    const set = await sets.save(
      sets.create({
        kind,
        name,
        classes: classes?.length ? [...new Set(classes)] : covered,
        datasetId,
        selector: chosen,
        sampleCount: members.length,
        digest: digestOf(covered, members),
      }),
    );
    await this.database.query(
      `INSERT INTO sample_set_member (set_id, position, hash)
       SELECT $1, position, hash FROM unnest($2::int[], $3::text[]) AS row(position, hash)`,
      [set.id, members.map((member) => member.position), members.map((member) => member.hash)],
    );
    return set;
  }

  /** A set of class names has no members to leave out: its classes are. */
  async #excepted(selector: Selector): Promise<Selector | Refusal> {
    const { exceptSetId, ...rest } = selector;
    if (exceptSetId == null) return rest;
    const set = await this.get(exceptSetId);
    if (!set) return refuse('SET_NOT_FOUND', ['selector', 'exceptSetId'], { kind: 'sample', id: exceptSetId });
    return set.datasetId ? selector : { ...rest, exceptClasses: [...(rest.exceptClasses ?? []), ...set.classes] };
  }

  async #enterLineage({ id, kind, name, datasetId, selector }: SampleSet): Promise<void> {
    await this.lineage.add({ type: `${kind}_SET`, id, label: name });
    for (const from of [datasetId, selector?.exceptSetId]) {
      if (from != null) await this.lineage.link({ from, to: id, kind: 'SELECTED' });
    }
  }

  async #select(datasetId: string, selector: Selector): Promise<Member[]> {
    const { classes, exceptClasses, hashes, captionContains, exceptSetId } = selector;
    return this.database.query<Member>(
      `SELECT position, hash, class_name AS "className" FROM sample
       WHERE dataset_id = $1
         AND ($2::text[] IS NULL OR class_name = ANY($2))
         AND ($3::text[] IS NULL OR class_name IS NULL OR NOT class_name = ANY($3))
         AND ($4::text[] IS NULL OR hash = ANY($4))
         AND ($5::text IS NULL OR position(lower($5) IN lower(caption)) > 0)
         AND NOT EXISTS (SELECT FROM sample_set_member WHERE set_id = $6 AND sample_set_member.hash = sample.hash)
       ORDER BY position`,
      [datasetId, classes ?? null, exceptClasses ?? null, hashes ?? null, captionContains ?? null, exceptSetId ?? null],
    );
  }

  /** Positions of a set's samples in its dataset, ascending. */
  async positions(setId: string): Promise<number[]> {
    const rows = await this.database.query<{ position: number }>(
      'SELECT position FROM sample_set_member WHERE set_id = $1 ORDER BY position',
      [setId],
    );
    return rows.map((row) => row.position);
  }

  /** Samples in both sets, by hash: the same photograph in two datasets counts. */
  async overlap(leftId: string, rightId: string): Promise<Shared> {
    return this.#shared('(SELECT hash FROM sample_set_member WHERE set_id = $2)', leftId, rightId);
  }

  /** Samples of a set that are also in a dataset. */
  async overlapWithDataset(setId: string, datasetId: string): Promise<Shared> {
    return this.#shared('(SELECT hash FROM sample WHERE dataset_id = $2)', setId, datasetId);
  }

  /** Samples in both datasets. */
  async overlapOfDatasets(leftId: string, rightId: string): Promise<Shared> {
    const [row] = await this.database.query<Shared>(
      `SELECT count(DISTINCT hash) AS count, min(hash) AS hash FROM sample
       WHERE dataset_id = $1 AND hash IN (SELECT hash FROM sample WHERE dataset_id = $2)`,
      [leftId, rightId],
    );
    return row!;
  }

  async #shared(others: string, setId: string, otherId: string): Promise<Shared> {
    const [row] = await this.database.query<Shared>(
      `SELECT count(DISTINCT hash) AS count, min(hash) AS hash FROM sample_set_member
       WHERE set_id = $1 AND hash IN ${others}`,
      [setId, otherId],
    );
    return row!;
  }

  /** The set, where it is of this kind. @param field of the input that names it */
  async ofKind(id: string, kind: SetKind, field: string): Promise<SampleSet | Refusal> {
    const set = await this.get(id);
    return set?.kind === kind ? set : refuse('SET_NOT_FOUND', [field], { kind: kind.toLowerCase(), id });
  }

  async get(id: string): Promise<SampleSet | null> {
    return isId(id) ? this.database.repository(SampleSet).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<SampleSet> {
    return this.database.repository(SampleSet).findOneByOrFail({ id });
  }

  async byIds(ids: readonly string[]): Promise<SampleSet[]> {
    return this.database.repository(SampleSet).findBy({ id: In([...ids]) });
  }

  async list(kind: SetKind, page: PageRequest): Promise<Page<SampleSet>> {
    return pageOf(
      this.database.repository(SampleSet).createQueryBuilder('set').where('set.kind = :kind', { kind }),
      page,
    );
  }
}

function unknownClass(
  dataset: Dataset,
  { classes, selector }: Pick<CreateSampleSet, 'classes' | 'selector'>,
): Refusal<'CLASS_UNKNOWN'> | null {
  const named: [string[], readonly string[]][] = [
    [['classes'], classes ?? []],
    [['selector', 'classes'], selector?.classes ?? []],
    [['selector', 'exceptClasses'], selector?.exceptClasses ?? []],
  ];
  for (const [path, names] of named) {
    const className = names.find((name) => !dataset.classes.includes(name));
    if (className !== undefined) {
      const known = dataset.classes.slice(0, 50).join(', ') || 'none';
      return refuse('CLASS_UNKNOWN', path, { dataset: dataset.name, className, known });
    }
  }
  return null;
}

function digestOf(classes: string[], members: Member[]): string {
  const hash = createHash('sha256').update(JSON.stringify(classes));
  for (const member of members) hash.update(`\n${member.hash}`);
  return hash.digest('hex');
}
