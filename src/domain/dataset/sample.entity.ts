import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Dataset } from './dataset.entity';

/** One image of a dataset. Positions count from 0 in the dataset's own order. */
@Entity()
@Index(['datasetId', 'hash'])
@Index(['datasetId', 'className'])
export class Sample {
  @PrimaryColumn('uuid')
  datasetId: string;

  @PrimaryColumn('int')
  position: number;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  dataset?: Dataset;

  /** sha256 of the image file's bytes, hexadecimal. */
  @Column('text')
  hash: string;

  @Column('text')
  path: string;

  @Column('text', { nullable: true })
  className: string | null;

  @Column('text', { nullable: true })
  caption: string | null;
}
