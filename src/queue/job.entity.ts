import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * Work that some executor shall do, leased rather than handed over: whoever holds it must say so again and again
 * (`heartbeatAt`), and a holder silent for `leaseSeconds` has lost it. The row goes when the work is settled.
 */
@Entity()
@Index(['kind', 'subjectId'], { unique: true })
@Index(['priority', 'id'])
export class Job {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column('text')
  kind: string;

  /** The run or evaluation it is about. */
  @Column('uuid')
  subjectId: string;

  @Column('int')
  priority: number;

  /** What an executor must offer to take it, e.g. `method:clip-erase`, `device:CUDA`. */
  @Column('text', { array: true })
  needs: string[];

  /** Jobs of one lane are done one at a time, such as deliveries to one endpoint; null for those that wait for no other. */
  @Index()
  @Column('uuid', { nullable: true })
  lane: string | null;

  /** How often it was claimed. The newest claim's number is its fencing token. */
  @Column('int', { default: 0 })
  attempt: number;

  @Column('int')
  maxAttempts: number;

  /** Not to be claimed before; at once when null. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  runAfter: Date | null;

  /** How often it failed in a row; the pause before the next attempt grows with it. */
  @Column('int', { default: 0 })
  failures: number;

  @Column('uuid', { nullable: true })
  holder: string | null;

  @Column('timestamptz', { nullable: true })
  heartbeatAt: Date | null;

  @Column('double precision', { nullable: true })
  leaseSeconds: number | null;
}
