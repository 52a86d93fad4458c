import { EMPTY_ROOT, nodeHash, split } from './merkle';

/** The root that a proof leads to from a leaf's hash; null when the proof has the wrong length for its place. */
export function rootFromInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Buffer | null {
  if (!(index >= 0 && index < size)) return null;
  const root = (at: number, width: number, steps: number): Buffer | null => {
    if (width === 1) return steps === 0 ? Buffer.from(leaf) : null;
    if (steps === 0) return null;
    const left = split(width);
    const sibling = proof[steps - 1]!;
    const inner = at < left ? root(at, left, steps - 1) : root(at - left, width - left, steps - 1);
    if (inner === null) return null;
    return at < left ? nodeHash(inner, sibling) : nodeHash(sibling, inner);
  };
  return root(index, size, proof.length);
}

/** Whether the proof shows that the tree with `newRoot` only added leaves to the one with `oldRoot`. */
export function isConsistent(
  old: { size: number; root: Uint8Array },
  now: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!(old.size >= 0 && old.size <= now.size)) return false;
  if (old.size === 0) return proof.length === 0 && EMPTY_ROOT.equals(old.root);
  /** The roots of the old and the new tree's part in [from, to), as the first `steps` hashes tell them. */
  const roots = (from: number, to: number, steps: number): [Buffer, Buffer] | null => {
    if (old.size === to) {
      if (from === 0) return steps === 0 ? [Buffer.from(old.root), Buffer.from(old.root)] : null;
      const whole = steps === 1 ? Buffer.from(proof[0]!) : null;
      return whole && [whole, whole];
    }
    if (steps === 0) return null;
    const middle = from + split(to - from);
    const outer = proof[steps - 1]!;
    if (old.size <= middle) {
      const inner = roots(from, middle, steps - 1);
      return inner && [inner[0], nodeHash(inner[1], outer)];
    }
    const inner = roots(middle, to, steps - 1);
    return inner && [nodeHash(outer, inner[0]), nodeHash(outer, inner[1])];
  };
  const found = roots(0, now.size, proof.length);
  return found?.[0].equals(old.root) === true && found[1].equals(now.root);
}
