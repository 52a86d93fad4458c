import { Column, Entity } from 'typeorm';
import { instant } from '../columns';
import { Owned } from '../project/owned';
import type { WebhookType } from './webhook-types';

/** A secret that was replaced and still signs, so that its receiver has time to learn the new one. */
export interface FormerSecret {
  secret: string;
  /** In ISO form. */
  until: string;
}

/** Somebody who wants to be told. */
@Entity()
export class WebhookEndpoint extends Owned {
  @Column('text')
  url: string;

  /** What it wants to be told of; empty for everything. */
  @Column('text', { array: true })
  types: WebhookType[];

  /** `whsec_` and the key in base64. Kept as it is, because every delivery is signed with it. */
  @Column('text')
  secret: string;

  /** Newest first; those whose time has come sign no more. */
  @Column('jsonb', { default: [] })
  formerSecrets: FormerSecret[];

  /** When deliveries to it began to fail, since its last success. */
  @Column({ ...instant, nullable: true })
  failingSince: Date | null;

  /** Nothing is sent to it before: it said so, or has more to do than it can. */
  @Column({ ...instant, nullable: true })
  waitUntil: Date | null;

  @Column({ ...instant, nullable: true })
  disabledAt: Date | null;

  @Column('text', { nullable: true })
  disabledReason: string | null;

  /** It is disabled, too, from then on. */
  @Column({ ...instant, nullable: true })
  deletedAt: Date | null;
}

/** What a delivery is signed with at a moment, the newest first. */
export function secretsOf({ secret, formerSecrets }: WebhookEndpoint, at: Date): string[] {
  return [secret, ...formerSecrets.filter(({ until }) => until > at.toISOString()).map((former) => former.secret)];
}
