import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { SampleSet } from './sample-set.entity';

/** A sample that a set's selector chose, written down when the set was made so that overlap is one join. */
@Entity()
@Index(['setId', 'hash'])
export class SampleSetMember {
  @PrimaryColumn('uuid')
  setId: string;

  /** Position of the sample in the set's dataset. */
  @PrimaryColumn('int')
  position: number;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  set?: SampleSet;

  @Column('text')
  hash: string;
}
