import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import { Owned } from '../project/owned';
import { Alias } from './alias.entity';

/** One move of an alias: from where to where, who, when and why; its deletion is one, too. Never changed, never removed. */
@Entity()
@Index(['aliasId', 'createdAt', 'id'])
export class AliasMove extends Owned {
  @Column('uuid')
  aliasId: string;

  @ManyToOne(() => Alias)
  @JoinColumn()
  alias?: Alias;

  @Column('uuid', { nullable: true })
  fromId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  from?: Checkpoint | null;

  /** Null where the alias was deleted. */
  @Column('uuid', { nullable: true })
  toId: string | null;

  @ManyToOne(() => Checkpoint)
  @JoinColumn()
  to?: Checkpoint | null;

  @Column('text')
  reason: string;

  @Column('text')
  actorId: string;

  /** The earlier move whose checkpoint it went back to, where it was a rollback. */
  @Column('uuid', { nullable: true })
  rollbackToId: string | null;

  @ManyToOne(() => AliasMove)
  @JoinColumn()
  rollbackTo?: AliasMove | null;
}
