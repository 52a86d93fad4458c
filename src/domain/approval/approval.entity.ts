import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import type { Role } from '../actor/actor';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { instant } from '../columns';
import { Owned } from '../project/owned';

export const decisions = ['APPROVED', 'REJECTED'] as const;
export type Decision = (typeof decisions)[number];

/** What a person decided about a checkpoint. One that stands for each person; a withdrawn one stays on record. */
@Entity()
@Index(['checkpointId', 'personId'], { unique: true, where: 'withdrawn_at IS NULL' })
export class Approval extends Owned {
  @Column('uuid')
  checkpointId: string;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  checkpoint?: Checkpoint;

  @Column('text')
  decision: Decision;

  @Column('text')
  comment: string;

  @Column('text')
  approverId: string;

  @Column('text')
  approverName: string;

  /** In which role. */
  @Column('text')
  role: Role;

  /** Who answers for the approver: two tokens of one person count once. */
  @Column('text')
  personId: string;

  /** Whoever vouched for the approver then. */
  @Column('text', { array: true })
  vouchers: string[];

  @Column({ ...instant, nullable: true })
  withdrawnAt: Date | null;
}
