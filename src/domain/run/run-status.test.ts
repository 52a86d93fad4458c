import { isFinal, mayBecome, runStatuses } from './run-status';

test('a run ends in exactly three ways, and then nothing more happens to it', () => {
  const final = runStatuses.filter(isFinal);
  expect(final).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED']);
  for (const from of final) for (const to of runStatuses) expect(mayBecome(from, to)).toBe(false);
});

test('success needs work, and a lost attempt goes back into the queue', () => {
  expect(mayBecome('QUEUED', 'SUCCEEDED')).toBe(false);
  expect(mayBecome('RUNNING', 'SUCCEEDED')).toBe(true);
  expect(mayBecome('RUNNING', 'QUEUED')).toBe(true);
});
