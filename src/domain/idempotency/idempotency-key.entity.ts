import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';

/** Remembers what a mutation answered, so that a repeated request gets the same answer and does nothing twice. */
@Entity()
export class IdempotencyKey {
  /** Two projects may choose the same key. */
  @PrimaryColumn('uuid')
  projectId: string;

  /** Name of the mutation. */
  @PrimaryColumn('text')
  scope: string;

  @PrimaryColumn('text')
  key: string;

  /** sha256 of the input: the same key with another input is refused. */
  @Column('text')
  requestDigest: string;

  /** Id of what was made. */
  @Column('uuid', { nullable: true })
  subjectId: string | null;

  @Column({ ...instant, default: () => 'now()' })
  createdAt: Date;
}
