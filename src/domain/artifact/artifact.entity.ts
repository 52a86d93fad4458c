import { Check, Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Evaluation } from '../evaluation/evaluation.entity';
import { Owned } from '../project/owned';
import { Run } from '../run/run.entity';

/** What an artifact may be. Nothing that a browser would take for a page. */
export const artifactMediaTypes = [
  'image/png',
  'image/jpeg',
  'image/svg+xml',
  'application/json',
  'text/csv',
  'text/plain',
] as const;
export type ArtifactMediaType = (typeof artifactMediaTypes)[number];

/** A file that a run or an evaluation left behind for people to look at, such as a chart. Belongs to exactly one of them. */
@Entity()
@Index(['runId', 'name'], { unique: true })
@Index(['evaluationId', 'name'], { unique: true })
@Check('artifact_one_owner', '(run_id IS NULL) <> (evaluation_id IS NULL)')
export class Artifact extends Owned {
  @Column('uuid', { nullable: true })
  runId: string | null;

  @ManyToOne(() => Run)
  @JoinColumn()
  run?: Run | null;

  @Column('uuid', { nullable: true })
  evaluationId: string | null;

  @ManyToOne(() => Evaluation)
  @JoinColumn()
  evaluation?: Evaluation | null;

  /** For programs; its owner has one artifact of each name. */
  @Column('text')
  name: string;

  /** For people. */
  @Column('text')
  title: string;

  @Column('text')
  mediaType: ArtifactMediaType;

  /** Of the bytes in the artifact store. */
  @Column('text')
  digest: string;

  @Column('bigint')
  bytes: number;
}
