import { readCheckpoint } from '../clip';
import { DeviceUnavailable } from '../runtime';
import { environment } from './environment';
import { Evaluator } from './evaluator';
import type { EvaluationAssignment, FromTrainer, ToTrainer } from './messages';
import { type Control, runAssignment } from './run-assignment';
import { Cancelled, RunFailure } from './stop';

/**
 * The forked child. It does one assignment and ends; it also ends at once when its executor is gone, so that no
 * attempt goes on that nobody listens to.
 */
function main(): void {
  const abort = new AbortController();
  const control: Control = {
    signal: abort.signal,
    breathe: async () => {
      // A step blocks the event loop; one turn of it is what lets a "cancel" in.
      await new Promise((resolve) => setImmediate(resolve));
      if (abort.signal.aborted) throw new Cancelled('the run was cancelled');
    },
  };
  process.once('disconnect', () => process.exit(1));
  process.on('message', (message: ToTrainer) => {
    if (message.type === 'cancel') abort.abort();
    else
      void attempt(message, control)
        .then(say)
        .then(() => process.exit(0));
  });
}

/** Does the work and says how it ended. */
async function attempt(message: Exclude<ToTrainer, { type: 'cancel' }>, control: Control): Promise<FromTrainer> {
  let last: FromTrainer | undefined;
  const send = (report: FromTrainer): void => {
    if (report.type === 'finished') last = report;
    else void say(report);
  };
  try {
    if (message.type === 'run') await runAssignment(message.assignment, send, control);
    else await evaluate(message.assignment, send, control);
    return last ?? { type: 'finished', checkpoint: null, outcome: null };
  } catch (error) {
    if (error instanceof Cancelled || control.signal.aborted) return { type: 'cancelled' };
    return failure(error);
  }
}

async function evaluate(
  assignment: EvaluationAssignment,
  send: (message: FromTrainer) => void,
  control: Control,
): Promise<void> {
  const { checkpoint, evaluation, device, threads } = assignment;
  send({
    type: 'started',
    environment: environment({ device, threads, codeDigest: null, parameters: {} }),
    resumedFrom: null,
  });
  const read = await readCheckpoint(checkpoint);
  const evaluator = await Evaluator.create(read, evaluation, { device, threads }, control);
  send({ type: 'evaluated', role: null, report: await evaluator.evaluate(read.weights) });
  await evaluator.dispose();
}

function failure(error: unknown): FromTrainer {
  if (error instanceof RunFailure) return { type: 'failed', code: error.code, message: error.message };
  if (error instanceof DeviceUnavailable) return { type: 'failed', code: 'DEVICE_UNAVAILABLE', message: error.message };
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  if (name === 'CheckpointRefused' || name === 'DataRefusal' || name === 'ImageRefused') {
    return { type: 'failed', code: 'REFUSED', message };
  }
  const code = message.startsWith('internal:') ? 'INTERNAL' : 'METHOD_FAILED';
  return { type: 'failed', code, message: `${name}: ${message}` };
}

/** Resolves when the message was handed to the executor; what is said just before the end must not be lost. */
function say(message: FromTrainer): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}

main();
