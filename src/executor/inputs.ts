import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fetchFolder } from '../artifacts';
import type { Checkpoint, Dataset, Domain, SampleSet } from '../domain';
import type { EvaluationSpec, SampleSource } from '../trainer/messages';

type TrainerSample = SampleSource['samples'][number];

/** What an evaluation is asked; no templates or an empty list of them stand for the default. */
type AskedMetrics = Pick<EvaluationSpec, 'templates' | 'metrics'> &
  Partial<Pick<EvaluationSpec, 'forgetClasses' | 'groups'>>;

/** Brings what a trainer needs onto this machine's disk and out of the database. */
export class Inputs {
  constructor(
    private readonly domain: Domain,
    /** Folder of fetched checkpoints, by digest; shared by runs. */
    private readonly cache: string,
  ) {}

  /** The checkpoint's files in a folder; fetched and verified once. */
  async checkpoint({ digest, files }: Checkpoint): Promise<string> {
    const folder = join(this.cache, digest);
    if (existsSync(folder)) return folder;
    const fresh = `${folder}.${process.pid}.${Date.now()}`;
    await mkdir(fresh, { recursive: true });
    await fetchFolder(this.domain.artifacts, files, fresh);
    try {
      await rename(fresh, folder);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      if (!existsSync(folder)) throw error; // Otherwise another executor was faster.
    }
    return folder;
  }

  /** An artifact as a file; undefined when the store does not have it any more. */
  async artifact(digest: string, file: string): Promise<string | undefined> {
    if (!(await this.domain.artifacts.has(digest))) return undefined;
    await mkdir(dirname(file), { recursive: true });
    await pipeline(await this.domain.artifacts.open(digest), createWriteStream(file));
    return file;
  }

  async set({ id, datasetId }: SampleSet): Promise<SampleSource> {
    if (datasetId === null) throw new Error(`internal: set ${id} has no images`);
    const { source } = await this.domain.datasets.getOrFail(datasetId);
    const samples = await this.domain.database.query<TrainerSample>(
      `SELECT ${COLUMNS} FROM sample_set_member AS member
       JOIN sample ON sample.dataset_id = $2 AND sample.position = member.position
       WHERE member.set_id = $1 ORDER BY member.position`,
      [id, datasetId],
    );
    return { source, samples };
  }

  async evaluation(
    { id, source, classes }: Dataset,
    { templates, metrics, forgetClasses = [], groups = [] }: AskedMetrics,
  ): Promise<EvaluationSpec> {
    const samples = await this.domain.database.query<TrainerSample>(
      `SELECT ${COLUMNS} FROM sample WHERE dataset_id = $1 ORDER BY position`,
      [id],
    );
    return {
      source,
      samples,
      classes,
      templates: templates?.length ? templates : null,
      metrics,
      forgetClasses,
      groups,
    };
  }

  /** Every class that a sample of the sets or of the evaluation may have: a set's own dataset decides the order. */
  async classes(sets: readonly SampleSet[], evaluateOn: Dataset | null): Promise<string[]> {
    const ids = sets.flatMap(({ datasetId }) => (datasetId === null ? [] : [datasetId]));
    const datasets = await this.domain.datasets.byIds([...new Set(ids)]);
    const named = [...datasets, ...(evaluateOn ? [evaluateOn] : []), ...sets].flatMap(({ classes }) => classes);
    return [...new Set(named)];
  }
}

const COLUMNS = `sample.hash, sample.path AS name, sample.class_name AS label, sample.caption`;
