import type { LetheClient } from '../../src/client/lethe-client';
import * as operations from './operations';
import { createProgressView, type DemoEvent } from './progress-view';

/** Shows the run's events as they come, until the server completes the subscription. */
export async function follow(client: LetheClient, runId: string): Promise<void> {
  const view = createProgressView(process.stdout);
  try {
    for await (const { runEvents } of client.subscribe<{ runEvents: DemoEvent }>(operations.runEvents, { runId })) {
      view.show(runEvents);
    }
  } finally {
    view.end();
  }
}
