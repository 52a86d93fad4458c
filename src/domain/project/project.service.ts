import { In, type SelectQueryBuilder } from 'typeorm';
import type { Database } from '../../database';
import { currentActor, currentProject, DEFAULT_PROJECT } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { type Refusal, refuse } from '../refusal/refusals';
import { Project } from './project.entity';

export interface CreateProject {
  name: string;
  idempotencyKey?: string | null;
}

interface ProjectServices {
  database: Database;
  audit: AuditLog;
  idempotency: IdempotencyService;
}

/** Tenants. Only those who run the installation see others than their own. */
export class ProjectService {
  constructor(readonly services: ProjectServices) {}

  async create({ name, idempotencyKey }: CreateProject): Promise<Project | Refusal> {
    const { database, audit, idempotency } = this.services;
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a project needs a name' });
    return idempotency.once<Project, Refusal>(
      { scope: 'createProject', key: idempotencyKey, input: { name } },
      async () => {
        // One statement, so that of two requests at once the second one is told.
        const [made] = await database.query<{ id: string }>(
          'INSERT INTO project (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING id',
          [name],
        );
        if (!made) return refuse('PROJECT_NAME_TAKEN', ['name'], { name });
        await audit.record({
          action: 'PROJECT_CREATED',
          subject: { type: 'PROJECT', id: made.id },
          after: { name },
        });
        return this.getOrFail(made.id);
      },
      (id) => this.getOrFail(id),
    );
  }

  async get(id: string): Promise<Project | null> {
    return isId(id) ? this.#visible().andWhere('project.id = :id', { id }).getOne() : null;
  }

  async getOrFail(id: string): Promise<Project> {
    return this.services.database.repository(Project).findOneByOrFail({ id });
  }

  /** Whatever project has this id or name, seen or not: what a login says is in no project yet. */
  async named(idOrName: string): Promise<Project | null> {
    const by = isId(idOrName) ? [{ id: idOrName }, { name: idOrName }] : { name: idOrName };
    return this.services.database.repository(Project).findOneBy(by);
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<Project[]> {
    return this.#visible()
      .andWhere({ id: In([...ids]) })
      .getMany();
  }

  async list(page: PageRequest): Promise<Page<Project>> {
    return pageOf(this.#visible(), page);
  }

  #visible(): SelectQueryBuilder<Project> {
    const query = this.services.database.repository(Project).createQueryBuilder('project').where('true');
    return runsTheInstallation() ? query : query.andWhere('project.id = :own', { own: currentProject() });
  }
}

/** Whether the actor administers the default project, and with it the installation. */
export function runsTheInstallation(): boolean {
  const project = currentProject();
  return (project === null || project === DEFAULT_PROJECT) && currentActor().roles.includes('ADMIN');
}
