import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Dataset } from '../dataset/dataset.entity';
import { Owned } from '../project/owned';

export const setKinds = ['FORGET', 'RETAIN'] as const;
export type SetKind = (typeof setKinds)[number];

/** Which samples of a dataset are meant. Given parts must all hold; an empty selector means every sample. */
export interface Selector {
  classes?: string[];
  /** sha256 of image files, hexadecimal. */
  hashes?: string[];
  /** Text that the caption contains, whatever the case. */
  captionContains?: string;
  /** Classes left out: a retain set is often "everything but". */
  exceptClasses?: string[];
  /** A set left out: its images, by hash; where it names classes alone, every sample of these. */
  exceptSetId?: string;
}

/** A forget set or a retain set: class names alone (zero-shot), or samples of a dataset chosen by a selector. */
@Entity()
@Index(['projectId', 'kind', 'createdAt', 'id'])
export class SampleSet extends Owned {
  @Column('text')
  kind: SetKind;

  @Column('text')
  name: string;

  /** The class names the set is about: given (zero-shot), or those of its samples. */
  @Column('jsonb')
  classes: string[];

  @Column('uuid', { nullable: true })
  datasetId: string | null;

  @ManyToOne(() => Dataset)
  @JoinColumn()
  dataset?: Dataset | null;

  @Column('jsonb', { nullable: true })
  selector: Selector | null;

  /** sha256 over the classes and the members' hashes; docs/certificate.md has how to compute it by other means. */
  @Column('text')
  digest: string;

  /** 0 for a zero-shot set. */
  @Column('int')
  sampleCount: number;
}
