import { canonical } from '../../signing';
import type { AuditEntry } from './audit-entry.entity';

/**
 * An entry as the bytes that the log hashes: canonical JSON (RFC 8785) in UTF-8, described in docs/audit.md. Made from
 * the row every time, so that a row that was altered no longer fits its hash. Changing this would break every proof
 * given out: another form needs another `version`, kept with the rows.
 */
export function leafOf(entry: Omit<AuditEntry, 'position' | 'projectId'>): Buffer {
  const { id, at, actor, action, subjectType, subjectId, beforeDigest, afterDigest } = entry;
  const subject = { type: subjectType, id: subjectId };
  return Buffer.from(
    canonical({
      version: 1,
      id,
      at: at.toISOString(),
      actor,
      action,
      subject,
      before: beforeDigest,
      after: afterDigest,
    }),
  );
}
