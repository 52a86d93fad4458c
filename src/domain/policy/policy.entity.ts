import { Column, Entity, Index } from 'typeorm';
import type { AttackName } from '../../attacks';
import { Owned } from '../project/owned';

export const comparedModels = ['ORIGINAL', 'RETRAINED'] as const;
export type ComparedModel = (typeof comparedModels)[number];

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
  /** Left out where a retrained model is given, since another line that compares with it says more. */
  unlessRetrained: boolean;
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
}
