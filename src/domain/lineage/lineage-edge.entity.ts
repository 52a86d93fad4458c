import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';
import type { LineageKind } from './lineage-graph';
import { LineageNode } from './lineage-node.entity';

/**
 * `to` came of `from`, in one of several ways. Written once, never changed: the graph of any past moment is still there.
 * The index has every column, so that edges are read where they arrive without a visit to the table.
 */
@Entity()
@Index(['toId', 'fromId', 'kind', 'createdAt', 'share'])
@Index(['createdAt'])
export class LineageEdge {
  @PrimaryColumn('uuid')
  fromId: string;

  @PrimaryColumn('uuid')
  toId: string;

  @PrimaryColumn('text')
  kind: LineageKind;

  @ManyToOne(() => LineageNode)
  @JoinColumn()
  from?: LineageNode;

  @ManyToOne(() => LineageNode)
  @JoinColumn()
  to?: LineageNode;

  /** The weight of a checkpoint in a merge: those of all its sources sum to 1. Null where nothing was merged. */
  @Column('double precision', { nullable: true })
  share: number | null;

  @Column({ ...instant, default: () => 'now()' })
  createdAt: Date;
}
