import { describeDeath } from './death';

test.each([
  [{ code: null, signal: 'SIGKILL', stderr: '' }, 'TRAINER_KILLED', /SIGKILL/],
  [
    { code: null, signal: 'SIGABRT', stderr: 'terminate called\n' },
    'TRAINER_CRASHED',
    /native code aborted; it last wrote "terminate called"/,
  ],
  [{ code: null, signal: 'SIGSEGV', stderr: '' }, 'TRAINER_CRASHED', /SIGSEGV/],
  [{ code: null, signal: 'SIGTERM', stderr: '' }, 'TRAINER_KILLED', /SIGTERM/],
  [
    { code: null, signal: 'SIGABRT', stderr: 'FATAL ERROR: JavaScript heap out of memory' },
    'OUT_OF_MEMORY',
    /smaller batch/,
  ],
  [{ code: 134, signal: null, stderr: 'what():  std::bad_alloc' }, 'OUT_OF_MEMORY', /out of memory/],
  [{ code: 3, signal: null, stderr: '' }, 'TRAINER_EXITED', /exited with code 3/],
  [
    { code: 1, signal: null, stderr: 'Error: no\n    at here\n\nNode.js v20.0.0\n' },
    'TRAINER_EXITED',
    /it last wrote "Error: no"/,
  ],
  [{ code: 76, signal: null, stderr: '', disconnected: true }, 'TRAINER_DISCONNECTED', /closed its connection/],
] as const)('%j is %s', (facts, code, message) => {
  expect(describeDeath(facts)).toEqual({ code, message: expect.stringMatching(message) });
});
