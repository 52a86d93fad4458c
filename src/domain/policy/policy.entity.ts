import { Column, Entity, Index } from 'typeorm';
import type { AttackName } from '../../attacks';
import { Owned } from '../project/owned';
import type { Protocol } from './protocol';

export const comparedModels = ['ORIGINAL', 'RETRAINED'] as const;
export type ComparedModel = (typeof comparedModels)[number];

/** When a line applies: a retrained model that was given allows other comparisons than its absence. A line relative to one needs one. */
export const occasions = ['ALWAYS', 'WITH_RETRAINED', 'WITHOUT_RETRAINED'] as const;
export type Occasion = (typeof occasions)[number];

/** One line of a policy: where a number of an attack has to lie. At least one bound is given. */
export interface Threshold {
  /** For people, unique within its policy. */
  name: string;
  attack: AttackName;
  key: string;
  atMost: number | null;
  atLeast: number | null;
  /** The bounds are multiples of this model's own number; null: they are bounds as they are. */
  relativeTo: ComparedModel | null;
  when: Occasion;
}

/** What a model's evidence must show. A row is never changed: what is changed is a new version under the same name. */
@Entity()
@Index(['projectId', 'name', 'version'], { unique: true })
@Index(['projectId', 'createdAt', 'id'])
export class Policy extends Owned {
  @Column('text')
  name: string;

  /** 1, 2, ... within the name. */
  @Column('int')
  version: number;

  /** Why its numbers are what they are. */
  @Column('text')
  reasons: string;

  @Column('jsonb')
  thresholds: Threshold[];

  @Column('jsonb')
  protocol: Protocol;
}
