import { Column, Entity, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { JobSubject } from '../job/job-subject';

/** A checkpoint of a merge. */
export interface MergeSource {
  checkpointId: string;
  /** Its weight in the average; those of all sources sum to 1. */
  share: number;
}

/** One request to average checkpoints. */
@Entity()
export class CheckpointMerge extends JobSubject {
  /** Of the checkpoint to be made. */
  @Column('text')
  name: string;

  /** The first one decides layout and element types. */
  @Column('jsonb')
  sources: MergeSource[];

  /** Id of the actor who asked for it; null for merges older than this column. */
  @Column('text', { nullable: true })
  requestedBy: string | null;

  /** Whoever vouched for that actor then. */
  @Column('text', { array: true, nullable: true })
  requestedByVouchers: string[] | null;

  @Column('uuid', { nullable: true })
  resultId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  result?: Checkpoint | null;
}
