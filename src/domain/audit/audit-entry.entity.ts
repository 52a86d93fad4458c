import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { instant } from '../columns';

/**
 * One change of state: who, what, when, and digests of the state before and after. Never changed, never removed: the
 * database refuses it. Each becomes a leaf of the transparency log, see `leaf.ts`.
 */
@Entity()
@Index(['subjectId', 'id'])
@Index(['projectId', 'id'])
@Index(['position'], { unique: true })
@Index(['id'], { where: 'position IS NULL' })
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column({ ...instant, default: () => 'now()' })
  at: Date;

  /** Where the change was made, and who may read of it. Not in the log: that is of the whole installation. */
  @Column('uuid')
  projectId: string;

  /** Salted hash of the actor's id, see PseudonymService. */
  @Column('text')
  actor: string;

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

  /** Place in the log, from 0; null until the log has taken it up, a moment after its transaction. */
  @Column('bigint', { nullable: true })
  position: number | null;
}
