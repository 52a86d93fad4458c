/**
 * Makes a subscription out of an async generator that may be waiting for something to happen. A plain generator
 * queues `return()` behind the pending `next()`, so a client that leaves while nothing happens would keep it (and its
 * database rows) for ever; here leaving aborts the signal that the generator waits on.
 */
export function abortable<T>(make: (signal: AbortSignal) => AsyncGenerator<T>, stop: AbortSignal): AsyncGenerator<T> {
  const own = new AbortController();
  const inner = make(AbortSignal.any([own.signal, stop]));
  return {
    next: () => inner.next(),
    return(value) {
      own.abort();
      return inner.return(value);
    },
    throw(error) {
      own.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      own.abort();
      await inner.return(undefined);
    },
  };
}
