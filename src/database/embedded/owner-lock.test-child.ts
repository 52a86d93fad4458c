import { OwnerLock } from './owner-lock';

/** Takes the lock of a folder, says so, and holds it until it is killed. */
void OwnerLock.tryAcquire(process.argv[2]!).then((lock) => {
  process.send!(lock !== null);
  setInterval(() => {}, 1_000);
});
