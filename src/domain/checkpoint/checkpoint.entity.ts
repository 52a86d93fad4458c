import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import type { StoredFile } from '../../artifacts';
import { instant } from '../columns';
import { CheckpointMerge } from '../merge/checkpoint-merge.entity';
import { Owned } from '../project/owned';
import { Run } from '../run/run.entity';

export const architectures = ['VIT', 'MODIFIED_RESNET'] as const;
export type Architecture = (typeof architectures)[number];

export const layouts = ['HUGGING_FACE', 'OPENAI', 'OPEN_CLIP'] as const;
export type Layout = (typeof layouts)[number];

/** A set of CLIP weights, immutable. Deleting only marks it: lineage must still be able to name it. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
export class Checkpoint extends Owned {
  @Column('text')
  name: string;

  /** sha256 of the file list (path and sha256 of each file), hence of every byte of the checkpoint. */
  @Index()
  @Column('text')
  digest: string;

  @Column('text')
  architecture: Architecture;

  @Column('text')
  layout: Layout;

  @Column('bigint')
  parameterCount: number;

  /** CLIP's configuration: towers, widths, image preprocessing. */
  @Column('jsonb')
  config: Record<string, unknown>;

  @Column('jsonb')
  files: StoredFile[];

  /** Where it was imported from; null for one that was made here. */
  @Column('text', { nullable: true })
  source: string | null;

  /** Id of the actor who imported it; null for one that was made here or is older than this column. */
  @Column('text', { nullable: true })
  importedBy: string | null;

  /** Whoever vouched for that actor then. */
  @Column('text', { array: true, nullable: true })
  importedByVouchers: string[] | null;

  @Index()
  @Column('uuid', { nullable: true })
  parentId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  parent?: Checkpoint | null;

  /** The run that made it. Unique: a run settles once, so it makes at most one checkpoint. */
  @Index({ unique: true })
  @Column('uuid', { nullable: true })
  runId: string | null;

  @ManyToOne(() => Run)
  @JoinColumn()
  run?: Run | null;

  /** The merge that made it. Unique for the same reason. */
  @Index({ unique: true })
  @Column('uuid', { nullable: true })
  mergeId: string | null;

  @ManyToOne(() => CheckpointMerge)
  @JoinColumn()
  merge?: CheckpointMerge | null;

  @Column({ ...instant, nullable: true })
  deletedAt: Date | null;
}
