import { abortable } from './abortable';

/** Says one thing, then waits for the signal as a subscription waits for the next row. */
function waiting(log: string[]) {
  return async function* (signal: AbortSignal): AsyncGenerator<string> {
    try {
      yield 'first';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    } finally {
      log.push('left');
    }
  };
}

test('returning ends a generator that waits', async () => {
  const log: string[] = [];
  const events = abortable(waiting(log), new AbortController().signal);
  expect(await events.next()).toEqual({ value: 'first', done: false });
  const pending = events.next();
  await events.return(undefined);
  expect(await pending).toEqual({ value: undefined, done: true });
  expect(log).toEqual(['left']);
});

test("the server's signal completes it", async () => {
  const log: string[] = [];
  const stop = new AbortController();
  const items: string[] = [];
  for await (const item of abortable(waiting(log), stop.signal)) {
    items.push(item);
    setTimeout(() => stop.abort(), 5);
  }
  expect([items, log]).toEqual([['first'], ['left']]);
});
