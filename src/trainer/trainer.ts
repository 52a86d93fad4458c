import { evaluate } from './evaluate';
import { mergeAssignment } from './merge-assignment';
import type { ExitAlone, FromTrainer, ToTrainer } from './messages';
import { type Control, runAssignment } from './run-assignment';
import { Cancelled, describeFailure } from './stop';
import { verify } from './verification/verify';

const EXIT_ALONE: ExitAlone = 76;

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
  process.once('disconnect', () => process.exit(EXIT_ALONE));
  // What a plugin left running threw after its stage was over; the run is not to be trusted.
  process.once('uncaughtException', ({ name, message }) => {
    const failed = {
      type: 'failed',
      code: 'METHOD_FAILED',
      message: `outside of any stage: ${name}: ${message}`,
    } as const;
    void say(failed).then(() => process.exit(0));
  });
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
    else if (message.type === 'merge') await mergeAssignment(message.assignment, send, control);
    else if (message.type === 'verify') await verify(message.assignment, send, control);
    else await evaluate(message.assignment, send, control);
    return last ?? { type: 'finished', checkpoint: null, outcome: null, cost: null };
  } catch (error) {
    if (error instanceof Cancelled || control.signal.aborted) return { type: 'cancelled' };
    return { type: 'failed', ...describeFailure(error) };
  }
}

/** Resolves when the message was handed to the executor; what is said just before the end must not be lost. */
function say(message: FromTrainer): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve());
    else resolve();
  });
}

main();
