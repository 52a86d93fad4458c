import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { ErasureRequest } from './erasure-request.entity';

/** The salt of one request's subject hash, apart from it: deleting this row makes the hash unlinkable for good. */
@Entity()
export class SubjectSalt {
  @PrimaryColumn('uuid')
  requestId: string;

  @OneToOne(() => ErasureRequest)
  @JoinColumn()
  request?: ErasureRequest;

  @Column('bytea')
  salt: Buffer;
}
