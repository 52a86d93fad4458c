import type { Send } from '../reporter';
import { Cancelled, describeFailure } from '../stop';

/** Pictures are worth no run: one that cannot draw them says so and ends as it would have. */
export async function drawn(draw: () => Promise<void>, send: Send): Promise<void> {
  const startedAt = performance.now();
  try {
    await draw();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    send({ type: 'log', level: 'debug', message: `the pictures took ${seconds} s` });
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    send({ type: 'log', level: 'warn', message: `the pictures could not be drawn: ${describeFailure(error).message}` });
  }
}
