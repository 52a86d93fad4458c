import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Alias } from '../alias/alias.entity';
import { Dataset } from '../dataset/dataset.entity';
import { Owned } from '../project/owned';
import { SampleSet } from '../sample-set/sample-set.entity';
import type { PlaybookStep } from './playbook-steps';

/** How requests are fulfilled: what is run, what it is held to, and which steps go by themselves. Never changed. */
@Entity()
@Index(['projectId', 'name'], { unique: true })
export class Playbook extends Owned {
  @Column('text')
  name: string;

  /** What it points at is made to forget, and then points at the result. */
  @Column('uuid')
  aliasId: string;

  @ManyToOne(() => Alias)
  @JoinColumn()
  alias?: Alias;

  /** Name of the method. */
  @Column('text')
  method: string;

  @Column('jsonb')
  parameters: Record<string, unknown>;

  @Column('int')
  seed: number;

  @Column('uuid', { nullable: true })
  retainSetId: string | null;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  retainSet?: SampleSet | null;

  @Column('uuid', { nullable: true })
  calibrationSetId: string | null;

  @ManyToOne(() => SampleSet)
  @JoinColumn()
  calibrationSet?: SampleSet | null;

  /** Its runs keep all of it but what the request forgets; in the place of a retain set, and so for any request. */
  @Column('uuid', { nullable: true })
  retainFromId: string | null;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  retainFrom?: Dataset | null;

  /** The same in the place of a calibration set. */
  @Column('uuid', { nullable: true })
  calibrateFromId: string | null;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  calibrateFrom?: Dataset | null;

  @Column('uuid', { nullable: true })
  evaluateOnId: string | null;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  evaluateOn?: Dataset | null;

  /** What verification measures the result by; null where none is asked for. */
  @Column('text', { nullable: true })
  policyId: string | null;

  /** The alias may ask for more; the larger number counts. */
  @Column('int')
  approvalsNeeded: number;

  /** Steps that go by themselves. */
  @Column('text', { array: true })
  automatic: PlaybookStep[];
}
