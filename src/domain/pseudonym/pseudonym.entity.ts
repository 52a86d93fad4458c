import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who a salted hash stands for. Removing the row destroys the salt: the hash stays where it was and means nothing. */
@Entity()
@Index(['reference'], { unique: true })
export class Pseudonym {
  /** sha256 over the salt and the reference, hexadecimal. */
  @PrimaryColumn('text')
  digest: string;

  /** Such as the id of an actor. */
  @Column('text')
  reference: string;

  /** 32 random bytes. */
  @Column('bytea')
  salt: Buffer;
}
