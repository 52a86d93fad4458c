import type { Device } from '../runtime';
import type { Assignment } from './messages';
import type { Snapshot } from './snapshot';

/**
 * What sessions are made with. A run that goes on elsewhere keeps the thread count it began with, and the processor if it began on it; from a GPU
 * it may have to move to what its new machine has, which changes low bits.
 */
export function computeOf(
  { device, threads }: Pick<Assignment, 'device' | 'threads'>,
  resumed?: Pick<Snapshot, 'device' | 'threads'>,
): { device: Device; threads: number } {
  if (!resumed) return { device, threads };
  return { device: resumed.device === 'CPU' ? 'CPU' : device, threads: resumed.threads };
}
