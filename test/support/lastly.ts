/** What is still to be done when a file's tests are over, the newest last. */
const pending: (() => Promise<void>)[] = [];

/**
 * Has work done once: when the function that comes back is called first, and at the end of the file at the latest. A test that fails
 * before it closes what it opened would else keep the process, and so the whole suite, from ending.
 */
export function lastly(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  const once = () => {
    done ??= work();
    return done;
  };
  pending.push(once);
  return once;
}

/** Has a thing closed at the end of the file at the latest. Closing it earlier is as before, and twice no error. */
export function closedLastly<T extends { close(): Promise<void> }>(thing: T): T {
  return Object.assign(thing, { close: lastly(thing.close.bind(thing)) });
}

afterAll(async () => {
  // The newest first: it may need what was there before it. What fails here has failed in its test.
  for (const work of pending.splice(0).reverse()) await work().catch(() => {});
});
