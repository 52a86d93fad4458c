import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';
import type { LineageNodeType } from './lineage-graph';

/** A thing with a past or a future. Written once, by the transaction that makes the thing; never changed. */
@Entity()
export class LineageNode {
  /** The thing's own. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  type: LineageNodeType;

  /** What people call it. */
  @Column('text')
  label: string;

  @Column({ ...instant, default: () => 'now()' })
  createdAt: Date;
}
