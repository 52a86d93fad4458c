import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { instant } from '../columns';
import { Owned } from '../project/owned';
import { ErasureRequest } from './erasure-request.entity';

/** Somebody the data was disclosed to, who has to be told of the erasure: GDPR Art. 19. */
@Entity()
export class Recipient extends Owned {
  @Index()
  @Column('uuid')
  requestId: string;

  @ManyToOne(() => ErasureRequest)
  @JoinColumn()
  request?: ErasureRequest;

  @Column('text')
  name: string;

  @Column({ ...instant, nullable: true })
  informedAt: Date | null;
}
