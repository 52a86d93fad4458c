import { Column, Entity, Index } from 'typeorm';
import { Identified } from '../columns';

/** Who a salted hash stands for. Removing the row destroys the salt: the hash stays where it was and means nothing. */
@Entity()
@Index(['reference'], { unique: true })
@Index(['digest'], { unique: true })
export class Pseudonym extends Identified {
  /** sha256 over the salt and the reference, hexadecimal. */
  @Column('text')
  digest: string;

  /** Such as the id of an actor. */
  @Column('text')
  reference: string;

  /** 32 random bytes. */
  @Column('bytea')
  salt: Buffer;
}
