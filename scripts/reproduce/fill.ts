import { Progress } from './progress';
import type { Results } from './results';

/** A cell that could not be run. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

/** Runs cells, some at a time, and keeps each as soon as it is done; goes on with the others when one fails. */
export async function fill<C extends { readonly name: string }, R extends { readonly name: string }>(
  pending: readonly { readonly cell: C; readonly digest: string }[],
  results: Results<R>,
  { run, jobs }: { run: (cell: C) => Promise<R>; jobs: number },
): Promise<Failure[]> {
  const left = [...pending];
  const failures: Failure[] = [];
  const progress = new Progress(left.length);
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { cell, digest } = next;
      const startedAt = performance.now();
      try {
        await results.put(digest, await run(cell));
      } catch (error) {
        failures.push({ name: cell.name, message: (error as Error).message });
      }
      progress.finished(cell.name, (performance.now() - startedAt) / 1000);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  progress.end();
  return failures;
}
