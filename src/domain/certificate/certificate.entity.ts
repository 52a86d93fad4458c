import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import type { Claims } from '../../certificate';
import { instant } from '../columns';
import { Owned } from '../project/owned';
import type { CertificateStatus } from './certificate-status';

/** An erasure certificate: what it claims, and its files once it is signed. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
@Index(['supersedesId'], { unique: true, where: `status <> 'REVOKED'` })
export class Certificate extends Owned {
  @Index()
  @Column('text', { default: 'PENDING' })
  status: CertificateStatus;

  /** Why it is STALE or REVOKED. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** All it says but where the log has it. */
  @Column('jsonb')
  claims: Claims;

  /** Out of the claims, to find it by. */
  @Column('text', { nullable: true })
  requestId: string | null;

  @Column('text')
  runId: string;

  /** The checkpoint it is about. */
  @Index()
  @Column('text')
  resultId: string;

  @Column({ ...instant, nullable: true })
  validUntil: Date | null;

  @Column('uuid', { nullable: true })
  supersedesId: string | null;

  @ManyToOne(() => Certificate)
  @JoinColumn()
  supersedes?: Certificate | null;

  /** Place of its entry in the log. */
  @Column('bigint', { nullable: true })
  logIndex: number | null;

  /** Of the signed file, in the artifact store. */
  @Column('text', { nullable: true })
  bundleDigest: string | null;

  @Column('bigint', { nullable: true })
  bundleBytes: number | null;

  /** Of the page that shows it. */
  @Column('text', { nullable: true })
  pageDigest: string | null;

  @Column('bigint', { nullable: true })
  pageBytes: number | null;
}
