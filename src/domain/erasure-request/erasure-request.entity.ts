import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import type { Party } from '../actor/actor';
import { instant } from '../columns';
import { Playbook } from '../playbook/playbook.entity';
import { Owned } from '../project/owned';
import { Run } from '../run/run.entity';
import { SampleSet } from '../sample-set/sample-set.entity';
import type { HoldGround, LegalBasis } from './legal-grounds';
import type { RequestStatus } from './request-status';

/** How the subject's identity was checked, and with what result. */
export interface IdentityCheck {
  verified: boolean;
  /** In words, such as "eID" or "signed letter". */
  method: string;
  checkedAt: string;
  checkedBy: string;
}

/** The notice of Art. 12(3) that two further months are needed. */
export interface Extension {
  reason: string;
  /** When the subject was told; within the first month. */
  noticedAt: string;
}

/** Why the request stands still, and where it goes on afterwards. */
export interface Hold {
  ground: HoldGround;
  reason: string;
  placedAt: string;
  placedBy: string;
  from: RequestStatus;
}

/** A subject's request that a model forget them: GDPR Art. 17. Of the subject only a salted hash is kept. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
@Index(['projectId', 'status', 'createdAt', 'id'])
export class ErasureRequest extends Owned {
  @Column('text', { default: 'RECEIVED' })
  status: RequestStatus;

  /** sha256 over the request's own salt and the reference, in hex. Means nothing once the salt is destroyed. */
  @Column('text')
  subjectHash: string;

  @Column('text')
  legalBasis: LegalBasis;

  @Column(instant)
  receivedAt: Date;

  /** One calendar month after `receivedAt`, three with a notice of extension. */
  @Index()
  @Column(instant)
  dueAt: Date;

  @Column('jsonb', { nullable: true })
  extension: Extension | null;

  @Column('jsonb', { nullable: true })
  identity: IdentityCheck | null;

  @Column('jsonb', { nullable: true })
  hold: Hold | null;

  @Column('uuid', { nullable: true })
  forgetSetId: string | null;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  forgetSet?: SampleSet | null;

  @Column('uuid', { nullable: true })
  playbookId: string | null;

  @ManyToOne(() => Playbook)
  @JoinColumn()
  playbook?: Playbook | null;

  /** Who gave it the playbook, hence who asked for its runs and may not approve them. */
  @Column('jsonb', { nullable: true })
  playbookBy: Party | null;

  /** The newest run made for it. */
  @Index()
  @Column('uuid', { nullable: true })
  runId: string | null;

  @ManyToOne(() => Run)
  @JoinColumn()
  run?: Run | null;

  @Column('uuid', { nullable: true })
  verificationId: string | null;

  @Column({ ...instant, nullable: true })
  promotedAt: Date | null;

  @Column('uuid', { nullable: true })
  certificateId: string | null;

  /** Why its next step could not be taken when that was last tried. */
  @Column('text', { nullable: true })
  stepRefusal: string | null;

  /** Number of its newest event; events are numbered under this row's lock. */
  @Column('int', { default: 0 })
  lastSeq: number;

  @Column({ ...instant, nullable: true })
  closedAt: Date | null;
}
