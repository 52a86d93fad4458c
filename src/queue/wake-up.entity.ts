import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A note that a job is to be looked at, left by who could not have the job's row: it outlives whoever works on the job now. */
@Entity()
@Index(['kind', 'subjectId'])
export class WakeUp {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: number;

  @Column('text')
  kind: string;

  @Column('uuid')
  subjectId: string;

  /** Of the job that is made where there is none any more. */
  @Column('int')
  maxAttempts: number;

  /** Of that job. */
  @Column('uuid', { nullable: true })
  lane: string | null;
}
