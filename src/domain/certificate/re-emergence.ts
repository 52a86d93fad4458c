import { In } from 'typeorm';
import type { Database } from '../../database';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { LineageService } from '../lineage/lineage.service';
import { Refusal } from '../refusal/refusals';
import { Run } from '../run/run.entity';
import type { VerificationService } from '../verification/verification.service';
import type { WebhookService } from '../webhook/webhook.service';
import { Certificate } from './certificate.entity';
import type { CertificateService } from './certificate.service';

interface ReEmergenceServices {
  database: Database;
  certificates: CertificateService;
  checkpoints: CheckpointService;
  lineage: LineageService;
  verifications: VerificationService;
  webhooks: WebhookService;
}

/** How far is looked for ancestors of a checkpoint; far more than a chain of checkpoints ever has. */
const MOST_ANCESTORS = 10_000;

const UNTIL_SIGNED_MS = 2_000;

/**
 * What was forgotten can come back: a checkpoint that was made to forget is merged with a carrier, fine-tuned from one or trained on the
 * data again. Then the certificates of what it descends from are STALE, and whether it knows again is measured.
 */
export class ReEmergence {
  constructor(readonly services: ReEmergenceServices) {}

  /**
   * Looks at a checkpoint that is new, or of which more is known now. Part of a transaction; twice does no harm.
   * @returns when to look again: a certificate that is not signed yet cannot be stale
   */
  async look(checkpointId: string): Promise<Date | null> {
    let again: Date | null = null;
    for (const certificate of await this.#above(checkpointId)) {
      const relations = { forgetSet: true, checkpoint: true };
      const run = await this.services.database
        .repository(Run)
        .findOneOrFail({ where: { id: certificate.runId }, relations });
      const found = await this.services.lineage.carriersOf(run.forgetSetId);
      if (!found?.carriers.some((carrier) => carrier.checkpointId === checkpointId)) continue;
      if (certificate.status === 'PENDING') again = new Date(Date.now() + UNTIL_SIGNED_MS);
      else await this.#tell(certificate, run, checkpointId);
    }
    return again;
  }

  /** Certificates that hold, or will once they are signed, of the checkpoint or of what it descends from. */
  async #above(checkpointId: string): Promise<Certificate[]> {
    const { database, lineage } = this.services;
    const live = await database.repository(Certificate).findBy({ status: In(['VALID', 'PENDING']) });
    if (live.length === 0) return [];
    const walked = await lineage.of(checkpointId, {
      direction: 'ANCESTORS',
      types: ['CHECKPOINT'],
      maxDepth: MOST_ANCESTORS,
      maxNodes: MOST_ANCESTORS,
    });
    const met = new Set(walked?.nodes.map(({ node }) => node.id));
    return live.filter(({ resultId }) => met.has(resultId));
  }

  async #tell({ id, requestId }: Certificate, run: Run, checkpointId: string): Promise<void> {
    const { certificates, checkpoints, webhooks } = this.services;
    const { name } = await checkpoints.getOrFail(checkpointId);
    const reason = `checkpoint ${name} (${checkpointId}) descends from it and carries again what was forgotten`;
    if (!(await certificates.markStale(id, reason))) return;
    await webhooks.publish('CERTIFICATE_STALE', { certificateId: id, requestId, carrierId: checkpointId });
    await this.#verifyAgain(run, checkpointId);
  }

  /** As the result was verified. A run that was given no images to evaluate on leaves nothing to verify with. */
  async #verifyAgain(run: Run, checkpointId: string): Promise<void> {
    const { verifications } = this.services;
    const before = await verifications.evidenceOf(run);
    const datasetId = before?.datasetId ?? run.evaluateOnId;
    if (datasetId === null) return;
    const { checkpointId: originalId, retainSetId } = run;
    // One that only names classes was verified by images.
    const forgetSetId = before?.forgetSetId ?? run.forgetSetId;
    const policyId = before?.policyId ?? null;
    const asked = { checkpointId, originalId, forgetSetId, retainSetId, datasetId, policyId };
    const queued = await verifications.verifyCheckpoint(asked);
    // Such as one too small for the attacks: the certificate is stale all the same.
    if (queued instanceof Refusal) return;
  }
}
