import { In } from 'typeorm';
import type { Database } from '../../database';
import { currentActor } from '../actor/actor';
import type { AliasService } from '../alias/alias.service';
import type { AuditLog } from '../audit/audit-log';
import type { ErasureRequest } from '../erasure-request/erasure-request.entity';
import type { RequestChanges } from '../erasure-request/request-changes';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { PolicyService } from '../policy/policy.service';
import { projectOfNew } from '../project/owned';
import { Refusal, refuse } from '../refusal/refusals';
import type { RunService } from '../run/run.service';
import { Playbook } from './playbook.entity';
import type { PlaybookStep } from './playbook-steps';

export interface CreatePlaybook {
  name: string;
  /** Name of the alias. */
  alias: string;
  /** Name of the method. */
  method: string;
  parameters?: Record<string, unknown> | null;
  seed?: number | null;
  retainSetId?: string | null;
  calibrationSetId?: string | null;
  /** A dataset of which its runs keep all but what the request forgets. */
  retainFromId?: string | null;
  /** The same in the place of a calibration set. */
  calibrateFromId?: string | null;
  evaluateOnId?: string | null;
  policyId?: string | null;
  approvalsNeeded?: number | null;
  automatic: PlaybookStep[];
  idempotencyKey?: string | null;
}

interface PlaybookServices {
  database: Database;
  audit: AuditLog;
  aliases: AliasService;
  idempotency: IdempotencyService;
  policies: PolicyService;
  requestChanges: RequestChanges;
  runs: RunService;
}

/** Playbooks, and which request follows which. What a request does then is in request-progress.service.ts. */
export class PlaybookService {
  constructor(readonly services: PlaybookServices) {}

  async create({ idempotencyKey, ...input }: CreatePlaybook): Promise<Playbook | Refusal> {
    return this.services.idempotency.once(
      { scope: 'createPlaybook', key: idempotencyKey, input },
      () => this.#create(input),
      (id) => this.services.database.repository(Playbook).findOneByOrFail({ id }),
    );
  }

  /** Refuses now what would stop every request later. */
  async #create(input: Omit<CreatePlaybook, 'idempotencyKey'>): Promise<Playbook | Refusal> {
    const { database, audit, aliases, policies, runs } = this.services;
    const { name, seed, approvalsNeeded, evaluateOnId = null, policyId = null } = input;
    const wrong = (path: string, problem: string) => refuse('INVALID_INPUT', [path], { problem });
    if (name.trim() === '') return wrong('name', 'a playbook needs a name');
    if (!whole(seed ?? 0, 2 ** 31 - 1)) return wrong('seed', 'seed must be an integer from 0 to 2147483647');
    if (!whole(approvalsNeeded ?? 0, 10))
      return wrong('approvalsNeeded', 'approvalsNeeded must be an integer from 0 to 10');
    if (input.automatic.includes('APPROVAL')) return wrong('automatic', 'people approve; that never goes by itself');
    const alias = await aliases.byName(input.alias);
    if (!alias) return refuse('ALIAS_NOT_FOUND', ['alias'], { alias: input.alias });
    const plan = await runs.checkPlan(input);
    if (plan instanceof Refusal) return plan;
    if (policyId !== null) {
      if (!(await policies.get(policyId))) return refuse('POLICY_NOT_FOUND', ['policyId'], { id: policyId });
      if (evaluateOnId === null)
        return wrong('evaluateOnId', 'a result is verified on images to evaluate on: name some');
    }
    if (alias.policyId !== null && alias.policyId !== policyId) {
      return wrong(
        'policyId',
        `alias ${alias.name} moves to what has a PASS by policy ${alias.policyId}: name that one`,
      );
    }
    return database.transaction(async () => {
      const playbooks = database.repository(Playbook);
      const made = await playbooks
        .createQueryBuilder()
        .insert()
        .values({
          projectId: projectOfNew(),
          name,
          aliasId: alias.id,
          method: plan.method.name,
          // the query builder wants to know the type of every value of an unknown record
          parameters: plan.parameters as Record<string, never>,
          seed: seed ?? 0,
          retainSetId: input.retainSetId ?? null,
          calibrationSetId: input.calibrationSetId ?? null,
          retainFromId: input.retainFromId ?? null,
          calibrateFromId: input.calibrateFromId ?? null,
          evaluateOnId,
          policyId,
          approvalsNeeded: approvalsNeeded ?? 0,
          automatic: [...new Set(input.automatic)],
        })
        .orIgnore()
        .returning('id')
        .execute();
      const [row] = made.raw as { id: string }[];
      if (!row) return refuse('PLAYBOOK_EXISTS', ['name'], { name });
      await audit.record({ action: 'PLAYBOOK_CREATED', subject: { type: 'PLAYBOOK', id: row.id }, after: input });
      return playbooks.findOneByOrFail({ id: row.id });
    });
  }

  /**
   * Has a request follow a playbook from here on. Another one may be given while no run is under way, and begins anew, until a result is
   * in use.
   */
  async give(requestId: string, playbookId: string): Promise<ErasureRequest | Refusal> {
    const playbook = await this.get(playbookId);
    if (!playbook) return refuse('PLAYBOOK_NOT_FOUND', ['playbookId'], { id: playbookId });
    return this.services.requestChanges.change(requestId, async ({ id, runId, promotedAt, ...request }) => {
      if (promotedAt) return refuse('REQUEST_PROMOTED', ['id'], { id });
      const run = runId === null ? null : await this.services.runs.get(runId);
      if (run && !run.finishedAt) return refuse('PLAYBOOK_UNDER_WAY', ['id'], { id, run: run.id });
      if (run && request.playbookId === playbookId) return null;
      const { id: actorId, vouchers = [] } = currentActor();
      const playbookBy = { id: actorId, vouchers };
      return {
        set: { playbookId, playbookBy, runId: null, verificationId: null, stepRefusal: null },
        event: { type: 'PLAYBOOK_GIVEN', payload: { playbookId } },
      };
    });
  }

  async get(id: string): Promise<Playbook | null> {
    return isId(id) ? this.services.database.repository(Playbook).findOneBy({ id }) : null;
  }

  async byIds(ids: readonly string[]): Promise<Playbook[]> {
    return this.services.database.repository(Playbook).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest): Promise<Page<Playbook>> {
    return pageOf(this.services.database.repository(Playbook).createQueryBuilder('playbook'), page);
  }
}

const whole = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most;
