import { Column, Entity, Index } from 'typeorm';
import { Identified, instant } from '../columns';

/** Which data a method asks for: sets with images, or the names of classes beside the forgotten. `startRun` refuses a run without them. */
export const setNeeds = ['forget', 'retain', 'calibration', 'classes'] as const;
export type SetNeed = (typeof setNeeds)[number];

export interface Paper {
  title: string;
  url: string;
}

/** JSON Schema (draft 2020-12) of an object: one property per hyper-parameter, with `default` and our own `x-source`. */
export type ParameterSchema = { type: 'object'; properties: Record<string, Record<string, unknown>> } & Record<
  string,
  unknown
>;

/** What an executor tells of a plugin it has loaded. */
export interface MethodManifest {
  name: string;
  version: string;
  /** sha256 of the plugin's code: two plugins of the same version but other code are two methods. */
  codeDigest: string;
  title: string;
  description: string;
  paper: Paper | null;
  needs: SetNeed[];
  parameters: ParameterSchema;
}

/** An unlearning method as published by an executor. Runs point at the exact code that served them. */
@Entity()
@Index(['name', 'version', 'codeDigest'], { unique: true })
export class Method extends Identified implements MethodManifest {
  @Column('text')
  name: string;

  @Column('text')
  version: string;

  @Column('text')
  codeDigest: string;

  @Column('text')
  title: string;

  @Column('text')
  description: string;

  @Column('jsonb', { nullable: true })
  paper: Paper | null;

  @Column('jsonb')
  needs: SetNeed[];

  /** `json`, not `jsonb`: the order in which a plugin declares its parameters is the order in which forms show them. */
  @Column('json')
  parameters: ParameterSchema;

  /** Last time an executor said it offers this; the newest of a name is the one new runs get. */
  @Column({ ...instant, default: () => 'now()' })
  publishedAt: Date;
}
