import { createHash } from 'node:crypto';
import type { Database } from '../../database';
import type { Dataset } from '../dataset/dataset.entity';
import type { SampleSet } from '../sample-set/sample-set.entity';

/** An image as a trainer is told of it. */
export interface EvidenceSample {
  hash: string;
  name: string;
  label: string;
  caption: string | null;
}

export type EvidenceSamples = Record<'forget' | 'retain' | 'held', EvidenceSample[]>;

interface Asked {
  forgetSet: SampleSet;
  retainSet: SampleSet | null;
  dataset: Dataset;
  forgetClasses: readonly string[];
  /** At most so many forget images and held-out images of their classes; of the rest twice as many. */
  images: number;
  seed: number;
}

const COLUMNS = 'sample.hash, sample.path AS name, sample.class_name AS label, sample.caption';
/** A random order that depends on the seed and the images alone. */
const ORDER = `ORDER BY md5($2::text || sample.hash), sample.position LIMIT $3`;

/** The images that a verification looks at. Sets and datasets do not change, so asking again gives the same. */
export async function evidenceSamples(database: Database, asked: Asked): Promise<EvidenceSamples> {
  const { forgetSet, retainSet, dataset, forgetClasses, images, seed } = asked;
  const members = (set: SampleSet | null, most: number) =>
    database.query<EvidenceSample>(
      `SELECT ${COLUMNS} FROM sample_set_member AS member
       JOIN sample ON sample.dataset_id = $4 AND sample.position = member.position
       WHERE member.set_id = $1 AND sample.class_name IS NOT NULL ${ORDER}`,
      [set?.id ?? null, seed, most, set?.datasetId ?? null],
    );
  const held = (ours: boolean, most: number) =>
    database.query<EvidenceSample>(
      `SELECT ${COLUMNS} FROM sample WHERE dataset_id = $1 AND class_name IS NOT NULL AND (class_name = ANY($4)) = $5 ${ORDER}`,
      [dataset.id, seed, most, forgetClasses, ours],
    );
  return {
    forget: await members(forgetSet, images),
    retain: await members(retainSet, 2 * images),
    held: [...(await held(true, images)), ...(await held(false, 2 * images))],
  };
}

/** One digest of which images are in which part, in order. */
export function digestOfSamples(samples: EvidenceSamples): string {
  const hash = createHash('sha256');
  for (const part of ['forget', 'retain', 'held'] as const) {
    for (const sample of samples[part]) hash.update(`${part} ${sample.hash} ${sample.label}\n`);
  }
  return hash.digest('hex');
}
