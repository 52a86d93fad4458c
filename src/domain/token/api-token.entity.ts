import { Column, Entity, Index } from 'typeorm';
import type { Role } from '../actor/actor';
import { instant } from '../columns';
import { Owned } from '../project/owned';

export const tokenKinds = ['PERSON', 'BOT'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** The right of a person or a program to act in a project. Its secret is kept by its holder alone. */
@Entity()
@Index(['projectId', 'createdAt', 'id'])
export class ApiToken extends Owned {
  /** For people to tell it from others. */
  @Column('text')
  name: string;

  @Column('text')
  kind: TokenKind;

  /** Who acts with it. A person has one id over all tokens and logins; a bot is its token. */
  @Column('text')
  actorId: string;

  @Column('text', { array: true })
  roles: Role[];

  /** sha256 of the secret, in hex. The secret is 256 random bits, so there is nothing for a slow hash to slow down. */
  @Column('text')
  secretDigest: string;

  /** Id of the actor who made it. */
  @Column('text')
  createdBy: string;

  /** Who could act with it beside its holder: whoever made it or gave it a role, those who made theirs, and so on. */
  @Column('text', { array: true })
  vouchers: string[];

  @Column({ ...instant })
  expiresAt: Date;

  /** To the minute; null before it was first used. */
  @Column({ ...instant, nullable: true })
  lastUsedAt: Date | null;

  @Column({ ...instant, nullable: true })
  revokedAt: Date | null;
}
