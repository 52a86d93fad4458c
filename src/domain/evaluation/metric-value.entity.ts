import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { MetricName, MetricRow } from '../../metrics';
import { Evaluation } from './evaluation.entity';

/** One number of an evaluation. Written when the evaluation ends, all at once, and never changed. */
@Entity()
@Index(['metric', 'key'])
export class MetricValue implements MetricRow {
  @PrimaryColumn('uuid')
  evaluationId: string;

  /** Place among the numbers of its evaluation: metrics as asked for, classes in label order. */
  @PrimaryColumn('int')
  position: number;

  @ManyToOne(() => Evaluation)
  @JoinColumn()
  evaluation?: Evaluation;

  @Column('text')
  metric: MetricName;

  @Column('text')
  key: string;

  /** Class or group; null: all of them. */
  @Column('text', { nullable: true })
  subject: string | null;

  @Column('double precision')
  value: number;

  @Column('double precision', { nullable: true })
  lower: number | null;

  @Column('double precision', { nullable: true })
  upper: number | null;

  @Column('int')
  count: number;

  @Column('double precision', { nullable: true })
  chance: number | null;
}
