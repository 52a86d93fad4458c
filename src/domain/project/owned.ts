import { BeforeInsert, Column, JoinColumn, ManyToOne } from 'typeorm';
import { currentProject, DEFAULT_PROJECT } from '../actor/actor';
import { Identified } from '../columns';
import { Project } from './project.entity';

/**
 * What belongs to a project. Every read of such an entity through TypeORM is narrowed to the actor's project
 * (`narrowed`), so another project's row is not there, whatever the service asks for. SQL by hand is not narrowed: it takes ids
 * that a service has looked up, or says `project_id = $n` with `currentProject()`.
 */
export abstract class Owned extends Identified {
  @Column('uuid')
  projectId: string;

  @ManyToOne(() => Project)
  @JoinColumn()
  project?: Project;

  /** Made in the actor's project. What Lethe makes of itself is the default project's, unless it says otherwise. */
  @BeforeInsert()
  takeProject(): void {
    this.projectId ??= projectOfNew();
  }
}

/** The project of what is made now; for rows that are written by hand. */
export function projectOfNew(): string {
  return currentProject() ?? DEFAULT_PROJECT;
}

/** What a read of an entity must match beside what it asks for; the one place where projects are kept apart. */
export function narrowed(entity: unknown): { projectId: string } | null {
  if (typeof entity !== 'function' || !(entity.prototype instanceof Owned)) return null;
  const projectId = currentProject();
  return projectId === null ? null : { projectId };
}
