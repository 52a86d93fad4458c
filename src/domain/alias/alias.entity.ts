import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { instant } from '../columns';
import { Policy } from '../policy/policy.entity';
import { Owned } from '../project/owned';

/** A name for whichever checkpoint is in some use, such as `production`. What it points at changes only by moves. */
@Entity()
@Index(['projectId', 'name'], { unique: true })
export class Alias extends Owned {
  @Column('text')
  name: string;

  /** The policy by which a checkpoint must be verified with the verdict PASS before the alias moves to it; null: none. */
  @Column('uuid', { nullable: true })
  policyId: string | null;

  @ManyToOne(() => Policy)
  @JoinColumn()
  policy?: Policy | null;

  /** How many people must have approved a checkpoint before the alias moves to it. */
  @Column('int')
  approvalsNeeded: number;

  @Column('uuid', { nullable: true })
  checkpointId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  checkpoint?: Checkpoint | null;

  /** The row stays, for its history and for whoever makes the name anew. */
  @Column({ ...instant, nullable: true })
  deletedAt: Date | null;
}
