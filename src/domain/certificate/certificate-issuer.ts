import type { CertificateFacts } from '../../certificate';
import type { Database } from '../../database';
import type { ApprovalService } from '../approval/approval.service';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import { ErasureRequest } from '../erasure-request/erasure-request.entity';
import { cameToNothing } from '../erasure-request/request-status';
import type { EvaluationService } from '../evaluation/evaluation.service';
import type { MetricValueService } from '../evaluation/metric-value.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { Playbook } from '../playbook/playbook.entity';
import type { PseudonymService } from '../pseudonym/pseudonym.service';
import { type Refusal, refuse } from '../refusal/refusals';
import { Run } from '../run/run.entity';
import type { Verification } from '../verification/verification.entity';
import type { VerificationService } from '../verification/verification.service';
import type { WebhookService } from '../webhook/webhook.service';
import type { Certificate } from './certificate.entity';
import type { CertificateService } from './certificate.service';
import {
  attackFacts,
  checkpointFacts,
  evaluationFacts,
  forgetSetFacts,
  requestFacts,
  runFacts,
  verificationFacts,
} from './certificate-facts';

export interface IssueCertificate {
  runId: string;
  /** The request that the run answers; left out when nobody asked. */
  requestId?: string | null;
}

interface IssuerServices {
  database: Database;
  approvals: ApprovalService;
  certificates: CertificateService;
  checkpoints: CheckpointService;
  evaluations: EvaluationService;
  lineage: LineageService;
  pseudonyms: PseudonymService;
  values: MetricValueService;
  verifications: VerificationService;
  webhooks: WebhookService;
}

/** What a certificate is made from. */
interface Known {
  run: Run;
  request: ErasureRequest | null;
  /** The newest evidence about what the run was to make its model forget. */
  verification: Verification | null;
  /** The one that it replaces. */
  stale: Certificate | null;
}

/** Gathers what is known of a run and has it certified, whatever it says: a certificate of a FAIL is one, too. */
export class CertificateIssuer {
  constructor(readonly services: IssuerServices) {}

  /**
   * A certificate of a run's result. One of the same run, and the same request where one is named, that is not stale or over is answered again;
   * one that is stale and says no more of a request is superseded. None is issued for a request that is on hold or came to nothing.
   */
  async issueFor({ runId, requestId = null }: IssueCertificate): Promise<Certificate | Refusal> {
    const { database, certificates, lineage, webhooks } = this.services;
    return database.transaction(async () => {
      const run = await this.#run(runId);
      if (!run) return refuse('RUN_NOT_FOUND', ['runId'], { id: runId });
      if (!run.resultId) return refuse('RUN_WITHOUT_RESULT', ['runId'], { id: runId, status: run.status });
      const request = requestId === null ? null : await this.#request(requestId);
      if (requestId !== null && request?.runId !== runId) {
        return refuse('REQUEST_OF_ANOTHER_RUN', ['requestId'], { id: requestId, run: runId });
      }
      const stopped = request ? stoppedBy(request, 'requestId') : await this.#held(runId);
      if (stopped) return stopped;
      // Two at once: the second one waits, and finds what the first one made.
      await database.query('SELECT id FROM run WHERE id = $1 FOR NO KEY UPDATE', [runId]);
      const earlier = (await certificates.ofRun(runId)).filter(({ status }) => status !== 'REVOKED');
      const standing = earlier.find(
        ({ status, requestId: of }) => ['PENDING', 'VALID'].includes(status) && [null, of].includes(requestId),
      );
      if (standing) return standing;
      const replaced = earlier.map(({ supersedesId }) => supersedesId);
      const stale = earlier.find(
        ({ id, status, requestId: of }) =>
          status === 'STALE' && [null, requestId].includes(of) && !replaced.includes(id),
      );
      const verification = await this.services.verifications.evidenceOf(run, await this.#policyOf(request));
      const issued = await certificates.issue(await this.#facts({ run, request, verification, stale: stale ?? null }));
      const { id } = issued;
      await lineage.add({ type: 'CERTIFICATE', id, label: `certificate of ${run.result!.name}` });
      const used = [run.resultId, runId, verification?.id];
      for (const from of used) if (from !== undefined) await lineage.link({ from, to: id, kind: 'USED' });
      if (request) await lineage.link({ from: request.id, to: id, kind: 'CAUSED' });
      await webhooks.publish('CERTIFICATE_ISSUED', { certificateId: id, requestId }, issued.projectId);
      return issued;
    });
  }

  async #run(id: string): Promise<Run | null> {
    const relations = { method: true, checkpoint: true, forgetSet: true, result: true };
    return isId(id) ? this.services.database.repository(Run).findOne({ where: { id }, relations }) : null;
  }

  /** Under its lock, as a step of its playbook has it: no hold comes between. */
  async #request(id: string): Promise<ErasureRequest | null> {
    const lock = { mode: 'pessimistic_write' } as const;
    return isId(id) ? this.services.database.repository(ErasureRequest).findOne({ where: { id }, lock }) : null;
  }

  /** Leaving out which request a run answers is no way around its hold. */
  async #held(runId: string): Promise<Refusal | null> {
    const requests = await this.services.database.repository(ErasureRequest).findBy({ runId });
    const held = requests.find(({ hold, status }) => hold && !cameToNothing(status));
    return held ? stoppedBy(held, 'runId') : null;
  }

  /** What the request's playbook holds the result to; null where it names nothing. */
  async #policyOf(request: ErasureRequest | null): Promise<string | null> {
    if (!request?.playbookId) return null;
    const playbook = await this.services.database.repository(Playbook).findOneByOrFail({ id: request.playbookId });
    return playbook.policyId;
  }

  async #facts({ run, request, verification, stale }: Known): Promise<CertificateFacts> {
    const { evaluations, values, verifications } = this.services;
    const measured = await evaluations.ofRuns([run.id]);
    return {
      request: requestFacts(request),
      forgetSet: forgetSetFacts(run.forgetSet!),
      parent: checkpointFacts(run.checkpoint!),
      result: checkpointFacts(run.result!),
      run: runFacts(run),
      evaluation: evaluationFacts(measured, await values.ofEvaluations(measured.map(({ id }) => id))),
      attacks: verification ? attackFacts(verification, await verifications.resultsOf([verification.id])) : [],
      verification: verificationFacts(verification),
      policy: verification ? `${verification.plan.policy.name} ${verification.plan.policy.version}` : null,
      // Nobody attacked it: nothing is known.
      verdict: verification?.verdict ?? 'INCONCLUSIVE',
      approvals: await this.#approvals(run.resultId!),
      carriers: await this.#carriers(run.forgetSetId, verification?.policyId ?? null),
      validity: { from: new Date().toISOString(), until: null },
      supersedes: stale?.id ?? null,
    };
  }

  async #approvals(checkpointId: string): Promise<CertificateFacts['approvals']> {
    const { approvals, pseudonyms } = this.services;
    const given = (await approvals.standing([checkpointId])).filter(({ decision }) => decision === 'APPROVED');
    const facts: CertificateFacts['approvals'] = [];
    for (const { approverId, role, createdAt } of given) {
      facts.push({ approver: await pseudonyms.of(approverId), role, approvedAt: createdAt.toISOString() });
    }
    return facts;
  }

  /** By the verdicts of the certificate's own policy. Deleted ones carry on: they are marked, and their weights are kept. */
  async #carriers(forgetSetId: string, policyId: string | null): Promise<CertificateFacts['carriers']> {
    const { lineage, checkpoints } = this.services;
    const { asOf, carriers, remediated, attempted, undeclared } = (await lineage.carriersOf(forgetSetId, {
      policyId,
    }))!;
    const named = async (ids: string[]) => (await checkpoints.byIds(ids)).map(checkpointFacts);
    return {
      asOf: asOf.toISOString(),
      undeclared,
      remediated: await named(remediated),
      attempted: await named(attempted),
      outstanding: await named(carriers.map(({ checkpointId }) => checkpointId)),
    };
  }
}

function stoppedBy({ id, status, hold }: ErasureRequest, field: string): Refusal | null {
  if (hold) return refuse('REQUEST_ON_HOLD', [field], { id, reason: hold.reason });
  return cameToNothing(status) ? refuse('REQUEST_CLOSED', [field], { id, status }) : null;
}
