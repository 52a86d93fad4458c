import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { In } from 'typeorm';
import type { ArtifactStore } from '../../artifacts';
import {
  type CertificateFacts,
  certificatePage,
  certificateStatement,
  claimsOf,
  problemsOfFacts,
} from '../../certificate';
import type { Database } from '../../database';
import { signStatement } from '../../signing';
import type { AuditLog } from '../audit/audit-log';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { type Refusal, refuse } from '../refusal/refusals';
import type { Keyring } from '../transparency/keyring';
import type { Signed, TransparencyLog } from '../transparency/transparency-log';
import { Certificate } from './certificate.entity';
import { type CertificateStatus, certificateSourcesOf } from './certificate-status';

export interface CertificateFilter {
  status?: CertificateStatus | null;
  /** The checkpoint it is about. */
  resultId?: string | null;
  runId?: string | null;
  requestId?: string | null;
}

/** What signing adds. */
type SignedFiles = Pick<Certificate, 'logIndex' | 'bundleDigest' | 'bundleBytes' | 'pageDigest' | 'pageBytes'>;

interface CertificateServices {
  database: Database;
  artifacts: ArtifactStore;
  audit: AuditLog;
  log: TransparencyLog;
  keyring: Keyring;
}

/**
 * Certificates are made in two steps, since a certificate shows its place in a log that only takes up what has been
 * committed: `issue` records the claims in the caller's transaction, `sealPending` signs what the log has by then.
 */
export class CertificateService {
  constructor(readonly services: CertificateServices) {}

  /**
   * Records what is to be certified; it is PENDING until the next `sealPending`, which the server calls every second.
   * @param facts as others found them; what does not fit the table of facts is our own bug
   */
  async issue(facts: CertificateFacts): Promise<Certificate> {
    const problems = problemsOfFacts(facts);
    if (problems.length > 0) throw new Error(`internal: these are no facts of a certificate: ${problems.join('; ')}`);
    const { database, audit } = this.services;
    return database.transaction(async () => {
      const claims = claimsOf({ id: randomUUID(), issuedAt: new Date().toISOString() }, facts);
      const { id } = claims.certificate;
      const certificates = database.repository(Certificate);
      const made = certificates.create({
        id,
        claims,
        requestId: facts.request?.id ?? null,
        runId: facts.run.id,
        resultId: facts.result.id,
        validUntil: facts.validity.until === null ? null : new Date(facts.validity.until),
        supersedesId: facts.supersedes,
      });
      await certificates.save(made);
      await audit.record({ action: 'CERTIFICATE_ISSUED', subject: { type: 'CERTIFICATE', id }, after: claims });
      return this.getOrFail(id);
    });
  }

  /** Issues a certificate in place of another, which is revoked when the new one is signed. */
  async supersede(id: string, facts: Omit<CertificateFacts, 'supersedes'>): Promise<Certificate | Refusal> {
    const old = await this.get(id);
    if (!old) return refuse('CERTIFICATE_NOT_FOUND', ['id'], { id });
    if (!certificateSourcesOf('REVOKED').includes(old.status)) {
      return refuse('CERTIFICATE_FINAL', ['id'], { id, status: old.status });
    }
    return this.issue({ ...facts, supersedes: id });
  }

  /** Signs all certificates that the log has by now; those that were signed. */
  async sealPending(): Promise<Certificate[]> {
    const { database, log } = this.services;
    const pending = database.repository(Certificate);
    if (!(await pending.existsBy({ status: 'PENDING' }))) return [];
    const checkpoint = await log.integrate();
    const sealed: Certificate[] = [];
    for (const certificate of await pending.find({ where: { status: 'PENDING' }, order: { createdAt: 'ASC' } })) {
      if (await this.#seal(certificate, checkpoint)) sealed.push(await this.getOrFail(certificate.id));
    }
    return sealed;
  }

  /** Whether it was signed: its entry may have been committed after the checkpoint, and another server may be faster. */
  async #seal({ id, claims, supersedesId }: Certificate, checkpoint: Signed): Promise<boolean> {
    const { database, audit, log, keyring } = this.services;
    const entry = await audit.latestOf(id, 'CERTIFICATE_ISSUED');
    const proof = entry && (await log.prove(entry, checkpoint));
    if (!proof) return false;
    const { index, file } = proof;
    const statement = certificateStatement(claims, { index, verifierKey: await log.verifierKey(), proof: file });
    const bundle = signStatement(statement, await keyring.documents());
    const page = certificatePage(statement, createHash('sha256').update(bundle).digest('hex'));
    const [stored, shown] = [await this.#store(bundle), await this.#store(page)];
    return database.transaction(async () => {
      const files = {
        bundleDigest: stored.digest,
        bundleBytes: stored.bytes,
        pageDigest: shown.digest,
        pageBytes: shown.bytes,
      };
      const moved = await this.#move(id, 'VALID', null, { logIndex: index, ...files });
      if (moved && supersedesId !== null) await this.#move(supersedesId, 'REVOKED', `superseded by ${id}`);
      return moved;
    });
  }

  async #store(text: string): Promise<{ digest: string; bytes: number }> {
    const folder = await mkdtemp(join(tmpdir(), 'lethe-certificate-'));
    try {
      await writeFile(join(folder, 'file'), text);
      return await this.services.artifacts.put(join(folder, 'file'));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** What it says may no longer be so. Whether that was news: one that is not VALID stays as it is. */
  async markStale(id: string, reason: string): Promise<boolean> {
    return this.services.database.transaction(() => this.#move(id, 'STALE', reason));
  }

  /** Takes it back. */
  async revoke(id: string, reason: string): Promise<Certificate | Refusal> {
    if (reason.trim() === '') return refuse('INVALID_INPUT', ['reason'], { problem: 'a revocation needs a reason' });
    const { database } = this.services;
    const moved = isId(id) && (await database.transaction(() => this.#move(id, 'REVOKED', reason)));
    const certificate = await this.get(id);
    if (!certificate) return refuse('CERTIFICATE_NOT_FOUND', ['id'], { id });
    return moved ? certificate : refuse('CERTIFICATE_FINAL', ['id'], { id, status: certificate.status });
  }

  /** Takes back all that was certified for a request. Part of a transaction. */
  async revokeOf(requestId: string, reason: string): Promise<void> {
    const where = { requestId, status: In(certificateSourcesOf('REVOKED')) };
    const live = await this.services.database.repository(Certificate).find({ where, order: { createdAt: 'ASC' } });
    for (const { id } of live) await this.#move(id, 'REVOKED', reason);
  }

  /** Ends those whose time is over; how many. */
  async expireDue(now = new Date()): Promise<number> {
    const { database } = this.services;
    const due = await database
      .repository(Certificate)
      .createQueryBuilder('certificate')
      .where('certificate.status = ANY(:live) AND certificate.validUntil <= :now', {
        live: certificateSourcesOf('EXPIRED'),
        now,
      })
      .getMany();
    let ended = 0;
    for (const { id } of due) {
      if (await database.transaction(() => this.#move(id, 'EXPIRED', null))) ended++;
    }
    return ended;
  }

  /** Part of a transaction. Whether the certificate was where it could be moved from. */
  async #move(
    id: string,
    status: CertificateStatus,
    reason: string | null,
    files: Partial<SignedFiles> = {},
  ): Promise<boolean> {
    const { database, audit } = this.services;
    const certificates = database.repository(Certificate);
    const before = await certificates.findOne({
      where: { id, status: In(certificateSourcesOf(status)) },
      lock: { mode: 'pessimistic_write' },
    });
    if (!before) return false;
    await certificates.update({ id }, { status, reason, ...files });
    const { bundleDigest = before.bundleDigest } = files;
    await audit.record({
      action: `CERTIFICATE_${status === 'VALID' ? 'SIGNED' : status}`,
      subject: { type: 'CERTIFICATE', id },
      before: { status: before.status, bundleDigest: before.bundleDigest },
      after: { status, reason, bundleDigest },
      projectId: before.projectId,
    });
    return true;
  }

  async get(id: string): Promise<Certificate | null> {
    return isId(id) ? this.services.database.repository(Certificate).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<Certificate> {
    return this.services.database.repository(Certificate).findOneByOrFail({ id });
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<Certificate[]> {
    return this.services.database.repository(Certificate).findBy({ id: In([...ids]) });
  }

  /** Newest first. */
  async ofRun(runId: string): Promise<Certificate[]> {
    const order = { createdAt: 'DESC', id: 'DESC' } as const;
    return this.services.database.repository(Certificate).find({ where: { runId }, order });
  }

  /** Newest first. */
  async list(page: PageRequest, filter: CertificateFilter = {}): Promise<Page<Certificate>> {
    const query = this.services.database.repository(Certificate).createQueryBuilder('certificate');
    for (const column of ['status', 'resultId', 'runId', 'requestId'] as const) {
      const value = filter[column];
      if (value != null) query.andWhere(`certificate.${column} = :${column}`, { [column]: value });
    }
    return pageOf(query, page);
  }
}
