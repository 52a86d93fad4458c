import { In, IsNull } from 'typeorm';
import type { Database } from '../../database';
import { currentActor } from '../actor/actor';
import type { ApprovalService } from '../approval/approval.service';
import type { AuditLog } from '../audit/audit-log';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { RequestProgressService } from '../playbook/request-progress.service';
import type { PolicyService } from '../policy/policy.service';
import { projectOfNew } from '../project/owned';
import { Refusal, refuse } from '../refusal/refusals';
import type { WebhookService } from '../webhook/webhook.service';
import { Alias } from './alias.entity';
import { AliasMove } from './alias-move.entity';
import type { Verdicts } from './verdicts';

export interface AliasProtection {
  /** The policy by which a checkpoint needs a PASS; null for none. Left out: as it was. */
  policyId?: string | null;
  /** 0 to 10. */
  approvalsNeeded: number;
}

export interface CreateAlias extends AliasProtection {
  name: string;
  idempotencyKey?: string | null;
}

export interface MoveAliases {
  moves: {
    /** Its name. */
    alias: string;
    checkpointId: string;
    /** What it points at now, null for nothing; when left out, whatever it points at. */
    expected?: string | null;
  }[];
  reason: string;
}

export interface DeleteAlias {
  alias: string;
  reason: string;
}

export interface RollbackAlias {
  alias: string;
  /** The earlier move whose checkpoint it shall point at again. */
  moveId: string;
  reason: string;
}

interface AliasServices {
  database: Database;
  audit: AuditLog;
  idempotency: IdempotencyService;
  checkpoints: CheckpointService;
  approvals: ApprovalService;
  policies: PolicyService;
  webhooks: WebhookService;
  progress: RequestProgressService;
}

/** A move that nothing speaks against. */
interface Step {
  alias: Alias;
  checkpointId: string;
  reason: string;
  rollbackToId: string | null;
}

const MOST_APPROVALS = 10;
const MOST_MOVES = 20;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Names that point at checkpoints, and every move they ever made. */
export class AliasService {
  constructor(
    readonly services: AliasServices,
    readonly verdicts: Verdicts,
  ) {}

  async create({ idempotencyKey, ...input }: CreateAlias): Promise<Alias | Refusal> {
    return this.services.idempotency.once(
      { scope: 'createAlias', key: idempotencyKey, input },
      () => this.#create(input),
      (id) => this.services.database.repository(Alias).findOneByOrFail({ id }),
    );
  }

  async #create({ name, ...protection }: Omit<CreateAlias, 'idempotencyKey'>): Promise<Alias | Refusal> {
    const { database, audit, progress } = this.services;
    if (!NAME.test(name)) {
      const problem = 'an alias is up to 63 small letters, digits, dots, dashes and underscores';
      return refuse('INVALID_INPUT', ['name'], { problem });
    }
    const invalid = await this.#invalid(protection);
    if (invalid) return invalid;
    return database.transaction(async () => {
      const aliases = database.repository(Alias);
      const made = await database.query<{ id: string }>(
        `INSERT INTO alias (project_id, name, policy_id, approvals_needed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, name) DO UPDATE
           SET policy_id = excluded.policy_id, approvals_needed = excluded.approvals_needed, deleted_at = NULL
           WHERE alias.deleted_at IS NOT NULL
         RETURNING id`,
        [projectOfNew(), name, protection.policyId ?? null, protection.approvalsNeeded],
      );
      const [row] = made;
      if (!row) return refuse('ALIAS_EXISTS', ['name'], { name });
      const after = { name, ...protection };
      await audit.record({ action: 'ALIAS_CREATED', subject: { type: 'ALIAS', id: row.id }, after });
      await progress.wakeForAlias(row.id);
      return aliases.findOneByOrFail({ id: row.id });
    });
  }

  /** Changes what a move to a new checkpoint takes; where it points now stays as it is. */
  async protect(name: string, { policyId, approvalsNeeded }: AliasProtection): Promise<Alias | Refusal> {
    const { database, audit, progress } = this.services;
    const invalid = await this.#invalid({ policyId, approvalsNeeded });
    if (invalid) return invalid;
    return database.transaction(async () => {
      const before = await this.#locked(name, ['alias']);
      if (before instanceof Refusal) return before;
      const protection = policyId === undefined ? { approvalsNeeded } : { approvalsNeeded, policyId };
      await database.repository(Alias).update({ id: before.id }, protection);
      const after = await database.repository(Alias).findOneByOrFail({ id: before.id });
      await audit.record({ action: 'ALIAS_PROTECTED', subject: { type: 'ALIAS', id: before.id }, before, after });
      await progress.wakeForAlias(before.id);
      return after;
    });
  }

  /** Moves several aliases, all or none. Where two movers expect the same place, the second is told who was first. */
  async move({ moves, reason }: MoveAliases): Promise<Alias[] | Refusal> {
    const wrong = (path: string, problem: string) => refuse('INVALID_INPUT', [path], { problem });
    if (reason.trim() === '') return silent();
    if (moves.length === 0 || moves.length > MOST_MOVES) return wrong('moves', `give 1 to ${MOST_MOVES} moves`);
    const names = moves.map(({ alias }) => alias);
    if (new Set(names).size < names.length) return wrong('moves', 'an alias is named twice; it can point at one place');
    return this.services.database.transaction(async () => {
      const steps: Step[] = [];
      // Everybody locks in the order of names, so that nobody waits in a circle.
      const inOrder = [...moves.entries()].sort(([, a], [, b]) => (a.alias < b.alias ? -1 : 1));
      for (const [i, { alias: name, checkpointId, expected }] of inOrder) {
        const path = (field: string) => ['moves', String(i), field];
        const alias = await this.#locked(name, path('alias'));
        if (alias instanceof Refusal) return alias;
        if (expected !== undefined && alias.checkpointId !== expected) {
          const values = { alias: name, current: alias.checkpointId ?? 'nothing', expected: expected ?? 'nothing' };
          return refuse('ALIAS_MOVED_BEFORE', path('expected'), values);
        }
        const refusal = await this.#refuses(alias, checkpointId, path('checkpointId'));
        if (refusal) return refusal;
        steps[i] = { alias, checkpointId, reason, rollbackToId: null };
      }
      const moved: Alias[] = [];
      for (const step of steps) moved.push(await this.#point(step));
      return moved;
    });
  }

  /** Points an alias at the checkpoint of an earlier move. A move like any other: what protects the alias holds here too. */
  async rollback({ alias: name, moveId, reason }: RollbackAlias): Promise<Alias | Refusal> {
    if (reason.trim() === '') return silent();
    return this.services.database.transaction(async () => {
      const alias = await this.#locked(name, ['alias']);
      if (alias instanceof Refusal) return alias;
      const moves = this.services.database.repository(AliasMove);
      const earlier = isId(moveId) ? await moves.findOneBy({ id: moveId, aliasId: alias.id }) : null;
      if (!earlier) return refuse('ALIAS_MOVE_NOT_FOUND', ['moveId'], { alias: name, id: moveId });
      const { id: rollbackToId, toId: checkpointId } = earlier;
      if (checkpointId === null) return refuse('INVALID_INPUT', ['moveId'], { problem: 'that was its deletion' });
      const refusal = await this.#refuses(alias, checkpointId, ['moveId']);
      return refusal ?? this.#point({ alias, checkpointId, reason, rollbackToId });
    });
  }

  /**
   * Ends an alias that nothing protects. Its history stays: an alias that is made with the same name later goes on with it,
   * and so do the playbooks that name it.
   */
  async delete({ alias: name, reason }: DeleteAlias): Promise<Alias | Refusal> {
    const { database, audit, webhooks } = this.services;
    if (reason.trim() === '') return silent();
    return database.transaction(async () => {
      const before = await this.#locked(name, ['alias']);
      if (before instanceof Refusal) return before;
      const { id: aliasId, projectId, checkpointId: fromId, policyId, approvalsNeeded } = before;
      if (policyId !== null || approvalsNeeded > 0) return refuse('ALIAS_PROTECTED', ['alias'], { alias: name });
      const deletedAt = new Date();
      const move = { projectId, aliasId, fromId, toId: null, reason, actorId: currentActor().id };
      await database.repository(AliasMove).insert({ ...move, createdAt: deletedAt });
      await database.repository(Alias).update({ id: aliasId }, { checkpointId: null, deletedAt });
      await audit.record({ action: 'ALIAS_DELETED', subject: { type: 'ALIAS', id: aliasId }, before });
      await webhooks.publish('ALIAS_DELETED', { alias: name, fromId });
      return database.repository(Alias).findOneByOrFail({ id: aliasId });
    });
  }

  async #invalid({ policyId, approvalsNeeded }: AliasProtection): Promise<Refusal | null> {
    if (!Number.isInteger(approvalsNeeded) || approvalsNeeded < 0 || approvalsNeeded > MOST_APPROVALS) {
      const problem = `approvalsNeeded must be an integer from 0 to ${MOST_APPROVALS}`;
      return refuse('INVALID_INPUT', ['approvalsNeeded'], { problem });
    }
    const known = policyId == null || (await this.services.policies.get(policyId));
    return known ? null : refuse('POLICY_NOT_FOUND', ['policyId'], { id: policyId });
  }

  async #locked(name: string, path: string[]): Promise<Alias | Refusal> {
    const alias = await this.services.database
      .repository(Alias)
      .findOne({ where: { name, deletedAt: IsNull() }, lock: { mode: 'pessimistic_write' } });
    return alias ?? refuse('ALIAS_NOT_FOUND', path, { alias: name });
  }

  async #refuses(alias: Alias, checkpointId: string, path: string[]): Promise<Refusal | null> {
    // Who deletes it meanwhile waits, and finds the alias there.
    const { database } = this.services;
    if (isId(checkpointId)) await database.query('SELECT FROM checkpoint WHERE id = $1 FOR KEY SHARE', [checkpointId]);
    const checkpoint = await this.services.checkpoints.usable(checkpointId, path);
    if (checkpoint instanceof Refusal) return checkpoint;
    return alias.checkpointId === checkpointId ? null : this.#lacking(alias, checkpoint, path);
  }

  /** Part of a transaction that holds the alias's lock. Pointing it where it points already is no move. */
  async #point({ alias, checkpointId, reason, rollbackToId }: Step): Promise<Alias> {
    const { database, audit, webhooks, progress } = this.services;
    if (alias.checkpointId === checkpointId) return alias;
    const { id: aliasId, projectId, checkpointId: fromId } = alias;
    const move = { projectId, aliasId, fromId, toId: checkpointId, reason, actorId: currentActor().id, rollbackToId };
    // Not the transaction's time: who waited for the lock may have begun before the one who had it.
    await database.repository(AliasMove).insert({ ...move, createdAt: new Date() });
    await database.repository(Alias).update({ id: aliasId }, { checkpointId });
    const after = await database.repository(Alias).findOneByOrFail({ id: aliasId });
    await audit.record({ action: 'ALIAS_MOVED', subject: { type: 'ALIAS', id: aliasId }, before: alias, after });
    await webhooks.publish('ALIAS_MOVED', { alias: alias.name, fromId, toId: checkpointId });
    await progress.wakeForAlias(aliasId);
    return after;
  }

  /** What a checkpoint still lacks before the alias may point at it; null when nothing. */
  async #lacking(alias: Alias, { id, name: checkpoint }: Checkpoint, path: string[]): Promise<Refusal | null> {
    const { name, policyId, approvalsNeeded: needed } = alias;
    const decisions = await this.services.approvals.standing([id]);
    const no = decisions.find(({ decision }) => decision === 'REJECTED');
    if (no) {
      // Without the name: a request keeps what its step was refused with, and names can be forgotten.
      return refuse('ALIAS_REJECTED', path, { alias: name, checkpoint, comment: no.comment });
    }
    if (policyId !== null) {
      const verdict = await this.verdicts.verdictOf(id, policyId);
      if (verdict !== 'PASS') {
        const needs = await this.services.policies.getOrFail(policyId);
        const policy = `${needs.name} ${needs.version}`;
        return refuse('ALIAS_NEEDS_PASS', path, { alias: name, checkpoint, policy, verdict: verdict ?? 'none' });
      }
    }
    const given = decisions.length;
    return given < needed ? refuse('ALIAS_NEEDS_APPROVALS', path, { alias: name, checkpoint, needed, given }) : null;
  }

  async byName(name: string, { deleted = false } = {}): Promise<Alias | null> {
    return this.services.database.repository(Alias).findOneBy(deleted ? { name } : { name, deletedAt: IsNull() });
  }

  async byIds(ids: readonly string[]): Promise<Alias[]> {
    return this.services.database.repository(Alias).findBy({ id: In([...ids]) });
  }

  async movesByIds(ids: readonly string[]): Promise<AliasMove[]> {
    return this.services.database.repository(AliasMove).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest, { deleted = false } = {}): Promise<Page<Alias>> {
    const query = this.services.database.repository(Alias).createQueryBuilder('alias');
    return pageOf(deleted ? query : query.where('alias.deletedAt IS NULL'), page);
  }

  /** Every move of an alias, newest first. */
  async history(aliasId: string, page: PageRequest): Promise<Page<AliasMove>> {
    const query = this.services.database.repository(AliasMove).createQueryBuilder('move');
    return pageOf(query.where('move.aliasId = :aliasId', { aliasId }), page);
  }
}

function silent(): Refusal<'INVALID_INPUT'> {
  return refuse('INVALID_INPUT', ['reason'], { problem: 'the history of an alias says why it moved' });
}
