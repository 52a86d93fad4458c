import { In, IsNull } from 'typeorm';
import type { Database } from '../../database';
import type { Clock } from '../../queue';
import { type Actor, currentActor, mayBeOne, personOf, type Role } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import type { RequestProgressService } from '../playbook/request-progress.service';
import type { PseudonymService } from '../pseudonym/pseudonym.service';
import { Refusal, refuse } from '../refusal/refusals';
import type { WebhookService } from '../webhook/webhook.service';
import { Approval, type Decision } from './approval.entity';
import { workBehind } from './work-behind';

export interface GiveApproval {
  checkpointId: string;
  decision: Decision;
  comment: string;
}

interface ApprovalServices {
  database: Database;
  audit: AuditLog;
  clock: Clock;
  checkpoints: CheckpointService;
  lineage: LineageService;
  progress: RequestProgressService;
  pseudonyms: PseudonymService;
  webhooks: WebhookService;
}

/** Administering does not make one a judge: an admin approves only with one of these roles as well. */
const approving: readonly Role[] = ['REVIEWER', 'PRIVACY_OFFICER'];

/** What people decide about checkpoints: the results of runs, and whatever else an alias is to point at. */
export class ApprovalService {
  constructor(readonly services: ApprovalServices) {}

  /** In the name of the current actor: a person with the role, who cannot be whose work it is, and once. */
  async give({ checkpointId, decision, comment }: GiveApproval): Promise<Approval | Refusal> {
    const { database, audit, checkpoints, lineage, progress, webhooks } = this.services;
    const actor = currentActor();
    const role = approving.find((each) => actor.roles.includes(each));
    if (actor.kind !== 'PERSON' || !role) {
      return refuse('APPROVER_NOT_ALLOWED', [], { name: actor.name });
    }
    if (decision === 'REJECTED' && comment.trim() === '') {
      return refuse('INVALID_INPUT', ['comment'], { problem: 'a rejection says why' });
    }
    return database.transaction(async () => {
      const checkpoint = await checkpoints.usable(checkpointId, ['checkpointId']);
      if (checkpoint instanceof Refusal) return checkpoint;
      // Decisions about one checkpoint are taken one after the other.
      await database.query('SELECT id FROM checkpoint WHERE id = $1 FOR NO KEY UPDATE', [checkpoint.id]);
      const own = await this.#ownWork(checkpoint, actor, ['checkpointId']);
      if (own) return own;
      const approvals = database.repository(Approval);
      const personId = personOf(actor);
      if (await approvals.existsBy({ checkpointId, personId, withdrawnAt: IsNull() })) {
        return refuse('APPROVAL_REPEATED', ['checkpointId'], { name: actor.name, checkpoint: checkpoint.name });
      }
      const counted = decision === 'APPROVED' ? await this.#countedWith(checkpoint, actor) : null;
      if (counted) return counted;
      const vouchers = [...(actor.vouchers ?? [])];
      const by = { approverId: actor.id, approverName: actor.name, role, personId, vouchers };
      const made = await approvals.save(approvals.create({ checkpointId, decision, comment, ...by }));
      await lineage.add({ type: 'APPROVAL', id: made.id, label: `${checkpoint.name} ${decision.toLowerCase()}` });
      await lineage.link({ from: checkpoint.id, to: made.id, kind: 'USED' });
      const subject = { type: 'APPROVAL', id: made.id };
      await audit.record({ action: `CHECKPOINT_${decision}`, subject, after: await this.#kept(made) });
      await webhooks.publish('APPROVAL_GIVEN', { approvalId: made.id, checkpointId, decision });
      await progress.wakeFor(checkpointId);
      return approvals.findOneByOrFail({ id: made.id });
    });
  }

  /** What an actor hears who made what is to be judged, or may be who did; null for everybody else. */
  async #ownWork(checkpoint: Checkpoint, actor: Actor, path: string[]): Promise<Refusal | null> {
    const work = await workBehind(this.services.database, checkpoint);
    if (work === null) return null;
    if (personOf(work.by) === personOf(actor)) return work.own(actor.name, path);
    if (!mayBeOne(work.by, actor)) return null;
    return refuse('APPROVER_NOT_INDEPENDENT', path, { work: work.label, name: actor.name });
  }

  /** What an actor hears who may be somebody that approved already. Two that are one may still disagree: a rejection counts alone. */
  async #countedWith({ id, name: checkpoint }: Checkpoint, actor: Actor): Promise<Refusal | null> {
    const other = (await this.standing([id])).find(
      ({ decision, personId, vouchers }) => decision === 'APPROVED' && mayBeOne({ id: personId, vouchers }, actor),
    );
    if (!other) return null;
    const values = { name: actor.name, other: other.approverName, checkpoint };
    return refuse('APPROVAL_COUNTED', ['checkpointId'], values);
  }

  /** Takes back one's own decision; it stays on record. A rejection is taken back only by who could approve. Repeatable. */
  async withdraw(id: string): Promise<Approval | Refusal> {
    const { database, audit, checkpoints, clock, progress } = this.services;
    const actor = currentActor();
    if (!isId(id)) return refuse('APPROVAL_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      const approvals = database.repository(Approval);
      const before = await approvals.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!before) return refuse('APPROVAL_NOT_FOUND', ['id'], { id });
      if (before.personId !== personOf(actor)) return refuse('APPROVAL_OF_ANOTHER', ['id'], { id, name: actor.name });
      if (before.withdrawnAt) return before;
      if (before.decision === 'REJECTED') {
        const own = await this.#ownWork(await checkpoints.getOrFail(before.checkpointId), actor, ['id']);
        if (own) return own;
      }
      await approvals.update({ id }, { withdrawnAt: clock() });
      const after = await approvals.findOneByOrFail({ id });
      await audit.record({
        action: 'APPROVAL_WITHDRAWN',
        subject: { type: 'APPROVAL', id },
        before: await this.#kept(before),
        after: await this.#kept(after),
      });
      await progress.wakeFor(before.checkpointId);
      return after;
    });
  }

  /** What the audit log digests of an approval. */
  async #kept(approval: Approval): Promise<object> {
    const { pseudonyms } = this.services;
    const { checkpointId, decision, comment, role, withdrawnAt } = approval;
    return {
      ...{ checkpointId, decision, comment, role, withdrawnAt: withdrawnAt ?? null },
      approver: await pseudonyms.of(approval.approverId),
      vouchers: await pseudonyms.ofAll(approval.vouchers),
    };
  }

  /** Decisions that stand, of each checkpoint, oldest first. */
  async standing(checkpointIds: readonly string[]): Promise<Approval[]> {
    const where = { checkpointId: In([...checkpointIds]), withdrawnAt: IsNull() };
    return this.services.database.repository(Approval).find({ where, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async get(id: string): Promise<Approval | null> {
    return isId(id) ? this.services.database.repository(Approval).findOneBy({ id }) : null;
  }

  async byIds(ids: readonly string[]): Promise<Approval[]> {
    return this.services.database.repository(Approval).findBy({ id: In([...ids]) });
  }

  /** Withdrawn ones too. */
  async list(page: PageRequest, filter: { checkpointId?: string | null } = {}): Promise<Page<Approval>> {
    const query = this.services.database.repository(Approval).createQueryBuilder('approval');
    if (filter.checkpointId != null) {
      query.where(isId(filter.checkpointId) ? 'approval.checkpointId = :checkpointId' : 'false', {
        checkpointId: filter.checkpointId,
      });
    }
    return pageOf(query, page);
  }
}
