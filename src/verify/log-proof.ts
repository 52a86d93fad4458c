import { leafHash, type NoteKey, openCheckpoint, parseProofFile, rootFromInclusion } from '../tlog';
import type { Findings } from './report';

/** Checks that a log whose key is known has the leaf of a proof file; the leaf, or null when it was not shown. */
export function checkLogProof(text: string, key: NoteKey, findings: Findings): { leaf: Buffer; index: number } | null {
  const proof = parseProofFile(text);
  if (!proof) {
    findings.failures.push('the proof is not written as https://c2sp.org/tlog-proof says');
    return null;
  }
  const checkpoint = openCheckpoint(proof.checkpoint, key);
  if (!checkpoint) {
    findings.failures.push(`the checkpoint was not signed by the log ${key.name}`);
    return null;
  }
  findings.proven.push(`the log ${key.name} signed a checkpoint of ${checkpoint.size} entries`);
  const { index, leaf, hashes } = proof;
  const root = rootFromInclusion(index, checkpoint.size, leafHash(leaf), hashes);
  const included = findings.check(
    root?.equals(checkpoint.root) === true,
    `the entry is number ${index} of that log`,
    `the proof does not lead from the entry at ${index} to the signed root`,
  );
  return included ? { leaf, index } : null;
}
