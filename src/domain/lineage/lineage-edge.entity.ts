import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { instant } from '../columns';
import { Run } from '../run/run.entity';

/** How a checkpoint came from another. */
export const lineageKinds = ['UNLEARNED', 'MERGED'] as const;
export type LineageKind = (typeof lineageKinds)[number];

/** "Child was made from parent", by a run where there was one. */
@Entity()
export class LineageEdge {
  @PrimaryColumn('uuid')
  parentId: string;

  @Index()
  @PrimaryColumn('uuid')
  childId: string;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  parent?: Checkpoint;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  child?: Checkpoint;

  @Column('text')
  kind: LineageKind;

  @Column('uuid', { nullable: true })
  runId: string | null;

  @ManyToOne(() => Run)
  @JoinColumn()
  run?: Run | null;

  /** The parent's weight in a merge: those of all parents sum to 1. Null where the child was not merged. */
  @Column('double precision', { nullable: true })
  share: number | null;

  @Column({ ...instant, default: () => 'now()' })
  createdAt: Date;
}
