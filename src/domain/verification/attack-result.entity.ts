import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { AttackedModel, AttackName } from '../../attacks';
import type { Finding } from '../policy/judge';
import { Verification } from './verification.entity';

/** One number of a verification. Written when it ends, all at once, and never changed. */
@Entity()
export class AttackResult implements Finding {
  @PrimaryColumn('uuid')
  verificationId: string;

  /** Place among the numbers of its verification. */
  @PrimaryColumn('int')
  position: number;

  @ManyToOne(() => Verification)
  @JoinColumn()
  verification?: Verification;

  /** Whose number it is. */
  @Column('text')
  model: AttackedModel;

  @Column('text')
  attack: AttackName;

  @Column('text')
  key: string;

  @Column('double precision')
  value: number;

  @Column('double precision')
  lower: number;

  @Column('double precision')
  upper: number;

  /** Images it rests on. */
  @Column('int')
  count: number;

  @Column('int')
  seed: number;
}
