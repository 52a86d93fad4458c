import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { instant } from '../columns';

/** One change of state: who, what, when, and digests of the state before and after. Never changed, never removed. */
@Entity()
@Index(['subjectId', 'id'])
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column({ ...instant, default: () => 'now()' })
  at: Date;

  @Column('text')
  actorId: string;

  /** What was done, in capitals: `RUN_STARTED`. */
  @Column('text')
  action: string;

  /** Kind of the thing it was done to, such as `RUN`. */
  @Column('text')
  subjectType: string;

  @Column('uuid')
  subjectId: string;

  /** sha256 of the canonical JSON of what is kept of the subject, in hex; null where it was not there before. */
  @Column('text', { nullable: true })
  beforeDigest: string | null;

  /** The same, after; null where it is no more. */
  @Column('text', { nullable: true })
  afterDigest: string | null;
}
