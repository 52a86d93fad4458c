import { isClosed, type RequestStatus, requestMayBecome, requestStatuses } from './request-status';

/** Written out once more by hand, every pair: + may, . may not. Columns in the order of the rows. */
const expected: Record<RequestStatus, string> = {
  RECEIVED: '.+..+.++',
  IDENTITY_CHECKED: '..+.+.++',
  IN_PROGRESS: '...+++++',
  AWAITING_APPROVAL: '..+.++++',
  ON_HOLD: '++++..++',
  COMPLETED: '........',
  REFUSED: '........',
  WITHDRAWN: '........',
};

test('every status may become what the text says and nothing else', () => {
  const shown = requestStatuses.map((from) => [
    from,
    requestStatuses.map((to) => (requestMayBecome(from, to) ? '+' : '.')).join(''),
  ]);
  expect(Object.fromEntries(shown)).toEqual(expected);
});

test('a request is closed in three ways', () => {
  expect(requestStatuses.filter(isClosed)).toEqual(['COMPLETED', 'REFUSED', 'WITHDRAWN']);
});

test('no way leads to work or completion that does not pass the identity check', () => {
  const reached = new Set<RequestStatus>(['RECEIVED']);
  // A hold goes back to where it came from, so from RECEIVED it opens nothing new.
  const open = requestStatuses.filter((status) => status !== 'IDENTITY_CHECKED' && status !== 'ON_HOLD');
  for (const from of reached) for (const to of open) if (requestMayBecome(from, to)) reached.add(to);
  expect([...reached]).toEqual(['RECEIVED', 'REFUSED', 'WITHDRAWN']);
});
