import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A number per step, every step kept. A retried attempt writes the same rows again (upsert): same seed, same bits. */
@Entity()
export class Metric {
  @PrimaryColumn('uuid')
  runId: string;

  @PrimaryColumn('text')
  name: string;

  @PrimaryColumn('text')
  stage: string;

  @PrimaryColumn('int')
  step: number;

  @Column('double precision')
  value: number;
}
