import { Column, Entity, Index } from 'typeorm';
import { Identified } from '../columns';

/** A tenant: its data, its tokens and its people see nothing of another's. Executors and methods are shared. */
@Entity()
export class Project extends Identified {
  /** Unique: a login names its project by it. */
  @Index({ unique: true })
  @Column('text')
  name: string;
}
