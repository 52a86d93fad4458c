import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { instant } from '../columns';
import { ErasureRequest } from './erasure-request.entity';
import type { RequestEventPayloads, RequestEventType } from './request-event-types';

/** One thing that happened to a request. Numbers start at 1 and have no gaps. */
@Entity()
export class RequestEvent<T extends RequestEventType = RequestEventType> {
  @PrimaryColumn('uuid')
  requestId: string;

  @ManyToOne(() => ErasureRequest)
  @JoinColumn()
  request?: ErasureRequest;

  @PrimaryColumn('int')
  seq: number;

  @Column(instant)
  at: Date;

  @Column('text')
  actorId: string;

  @Column('text')
  type: T;

  @Column('jsonb')
  payload: RequestEventPayloads[T];
}
