import { remindersAt } from './reminders';

const dueAt = new Date('2027-03-31T12:00:00Z');

test.each([
  ['2027-03-01T00:00:00Z', null, '2027-03-17T12:00:00.000Z'],
  ['2027-03-17T12:00:00Z', 14, '2027-03-24T12:00:00.000Z'],
  ['2027-03-26T00:00:00Z', 7, '2027-03-30T12:00:00.000Z'],
  ['2027-03-30T12:00:01Z', 1, '2027-03-31T12:00:00.000Z'],
  ['2027-03-31T12:00:00Z', 0, null],
  ['2028-01-01T00:00:00Z', 0, null],
])('at %s the reminder of day %s is due, the next one at %s', (now, due, next) => {
  const found = remindersAt(dueAt, new Date(now));
  expect([found.due, found.next?.toISOString() ?? null]).toEqual([due, next]);
});
