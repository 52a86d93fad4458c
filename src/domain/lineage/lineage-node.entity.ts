import { Column, Entity, Index } from 'typeorm';
import { Owned } from '../project/owned';
import type { LineageNodeType } from './lineage-graph';

/** A thing with a past or a future; its id is the thing's own. Written once, by the transaction that makes the thing; never changed. */
@Entity()
@Index(['projectId', 'createdAt'])
export class LineageNode extends Owned {
  @Column('text')
  type: LineageNodeType;

  /** What people call it. */
  @Column('text')
  label: string;
}
