import { nextAttempt, pauses, reliefUntil, retryAfter } from './schedule';

const at = new Date('2026-03-01T12:00:00.000Z');
const seconds = (date: Date | null) => date && (date.getTime() - at.getTime()) / 1000;

test.each([
  [undefined, null],
  ['120', 120],
  ['0', null],
  ['Sun, 01 Mar 2026 12:10:00 GMT', 600],
  ['Sun, 01 Mar 2026 11:00:00 GMT', null],
  ['99999999999999999999', 86_400],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400],
  ['-1', null],
  ['soon', null],
  ['', null],
])('Retry-After %p: %p', (header, expected) => expect(seconds(retryAfter(header, at))).toBe(expected));

test('each pause is longer by chance, by a fifth at most, and the last failure gives up', () => {
  for (const [i, pause] of pauses.entries()) {
    expect(seconds(nextAttempt(i + 1, at, null, () => 0))).toBe(pause / 1000);
    expect(seconds(nextAttempt(i + 1, at, null, () => 1))).toBe((pause / 1000) * 1.2);
  }
  expect(nextAttempt(pauses.length + 1, at, null)).toBeNull();
});

test('nobody is asked again before they want to be, and giving up stays giving up', () => {
  const wanted = retryAfter('3600', at);
  expect(seconds(nextAttempt(1, at, wanted, () => 0))).toBe(3600);
  expect(seconds(nextAttempt(5, at, wanted, () => 0))).toBe(5 * 3600);
  expect(nextAttempt(pauses.length + 1, at, wanted)).toBeNull();
  expect([seconds(reliefUntil(at, wanted)), seconds(reliefUntil(at, null))]).toEqual([3600, 300]);
});
