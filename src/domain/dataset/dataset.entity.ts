import { Column, Entity, Index } from 'typeorm';
import { Owned } from '../project/owned';

export const datasetFormats = ['CLASS_FOLDERS', 'TAR', 'CAPTIONS'] as const;
export type DatasetFormat = (typeof datasetFormats)[number];

/** A collection of images, immutable once registered; executors read it from `source` and check `digest`. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
export class Dataset extends Owned {
  @Column('text')
  name: string;

  /** sha256 over the ordered samples (hash, class, caption). */
  @Column('text')
  digest: string;

  @Column('text')
  format: DatasetFormat;

  /** Path of the folder or archive, as executors see it. */
  @Column('text')
  source: string;

  /** Class names in label order; empty for captions only. */
  @Column('jsonb')
  classes: string[];

  @Column('int')
  sampleCount: number;
}
