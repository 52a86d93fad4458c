import { type LogCheckpoint, leafHash, openCheckpoint, parseProofFile, rootFromInclusion } from '../tlog';
import type { Findings } from './report';
import type { LogKey } from './trusted-keys';

/** Checks that a log whose keys are known has the leaf of a proof file; the leaf, or null when it was not shown. */
export function checkLogProof(
  text: string,
  keys: readonly LogKey[],
  findings: Findings,
): { leaf: Buffer; index: number } | null {
  const proof = parseProofFile(text);
  if (!proof) {
    findings.failures.push('the proof is not written as https://c2sp.org/tlog-proof says');
    return null;
  }
  const opened = openedBy(proof.checkpoint, keys);
  if (!opened) {
    findings.failures.push(`the checkpoint was not signed by the log ${keys[0]?.name}`);
    return null;
  }
  const { checkpoint, key } = opened;
  findings.proven.push(`the log ${key.name} signed a checkpoint of ${checkpoint.size} entries`);
  const { index, leaf, hashes } = proof;
  const root = rootFromInclusion(index, checkpoint.size, leafHash(leaf), hashes);
  const included = findings.check(
    root?.equals(checkpoint.root) === true,
    `the entry is number ${index} of that log`,
    `the proof does not lead from the entry at ${index} to the signed root`,
  );
  if (!included) return null;
  const { usedUntil } = key;
  if (usedUntil) {
    const at = dateOf(leaf);
    findings.check(
      at !== null && at <= usedUntil,
      `the entry is from before the log's key was replaced, at ${usedUntil.toISOString()}`,
      `the log's key was replaced at ${usedUntil.toISOString()}, and the entry is not from before that`,
    );
  }
  return { leaf, index };
}

/** A checkpoint, and which of the log's keys signed it; null when none did. */
export function openedBy(note: string, keys: readonly LogKey[]): { checkpoint: LogCheckpoint; key: LogKey } | null {
  for (const key of keys) {
    const checkpoint = openCheckpoint(note, key);
    if (checkpoint) return { checkpoint, key };
  }
  return null;
}

/** When an entry of Lethe's says that it was made. */
function dateOf(leaf: Buffer): Date | null {
  try {
    const { at } = JSON.parse(leaf.toString()) as { at?: unknown };
    const date = new Date(String(at));
    return Number.isNaN(date.getTime()) ? null : date;
  } catch {
    return null;
  }
}
