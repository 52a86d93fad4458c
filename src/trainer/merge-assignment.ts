import { join } from 'node:path';
import { mergeCheckpoints } from '../clip';
import type { MergeAssignment } from './messages';
import type { Send } from './reporter';
import type { Control } from './run-assignment';

/** Averages checkpoints. Needs no engine: it is here so that a large one costs the executor neither memory nor breath. */
export async function mergeAssignment(
  { sources, scratch }: MergeAssignment,
  send: Send,
  { breathe }: Control,
): Promise<void> {
  const result = join(scratch, 'checkpoint');
  await mergeCheckpoints(result, sources, breathe);
  send({ type: 'finished', checkpoint: result, outcome: null, cost: null });
}
