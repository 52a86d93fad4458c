import { Column, Entity, Index } from 'typeorm';
import { Identified, instant } from '../columns';

export type KeyPurpose = 'LOG' | 'DOCUMENTS';

/** A public key that this installation signs with since `createdAt`, or did until another took its place. Kept for ever. */
@Entity()
@Index(['purpose'], { unique: true, where: 'used_until IS NULL' })
export class PublishedKey extends Identified {
  @Column('text')
  purpose: KeyPurpose;

  @Column('text')
  algorithm: 'ED25519' | 'ECDSA_P256_SHA256';

  /** What signatures call it: the log's name, or the sha256 of the PEM. */
  @Column('text')
  hint: string;

  @Column('text')
  pem: string;

  /** `<name>+<id>+<key>` of the log's key. https://c2sp.org/signed-note#verifier-keys */
  @Column('text', { nullable: true })
  verifierKey: string | null;

  /** When another took its place; null for the one in use. */
  @Column({ ...instant, nullable: true })
  usedUntil: Date | null;
}
