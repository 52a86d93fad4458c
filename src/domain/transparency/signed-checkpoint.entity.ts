import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';

/** The log at a size it had, signed. All are kept: two of them and a consistency proof show that nothing was rewritten. */
@Entity()
export class SignedCheckpoint {
  /** Leaves. */
  @PrimaryColumn('bigint')
  size: number;

  /** The signed note. https://c2sp.org/tlog-checkpoint */
  @Column('text')
  note: string;

  @Column({ ...instant, default: () => 'now()' })
  signedAt: Date;
}
