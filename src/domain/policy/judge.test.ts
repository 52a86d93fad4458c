import { wilson } from '../../metrics';
import { DEFAULT_POLICY } from './default-policy';
import { type Finding, judge, type Verdict } from './judge';
import type { Threshold } from './policy.entity';

const line = (more: Partial<Threshold>): Threshold => ({
  name: 'line',
  attack: 'MEMBERSHIP_INFERENCE',
  key: 'auc',
  atMost: null,
  atLeast: null,
  relativeTo: null,
  when: 'ALWAYS',
  ...more,
});
const found = ([lower, value, upper]: readonly [number, number, number], more: Partial<Finding> = {}): Finding => ({
  model: 'SUBJECT',
  attack: 'MEMBERSHIP_INFERENCE',
  key: 'auc',
  value,
  lower,
  upper,
  count: 100,
  ...more,
});
const alone = (threshold: Partial<Threshold>, ...results: Finding[]): Verdict => {
  const { verdict, lines } = judge(results, [line(threshold)], { retrained: false });
  expect(lines.map((each) => each.verdict)).toEqual([verdict]);
  return verdict;
};

const below = [0.4, 0.5, 0.55] as const;
const across = [0.5, 0.58, 0.65] as const;
const above = [0.61, 0.7, 0.8] as const;

test.each([
  [{ atMost: 0.6 }, below, 'PASS'],
  [{ atMost: 0.6 }, across, 'INCONCLUSIVE'],
  [{ atMost: 0.6 }, above, 'FAIL'],
  [{ atMost: 0.6 }, [0.5, 0.6, 0.6] as const, 'PASS'],
  [{ atMost: 0.6 }, [0.6, 0.6, 0.7] as const, 'INCONCLUSIVE'],
  [{ atLeast: 0.6 }, above, 'PASS'],
  [{ atLeast: 0.6 }, across, 'INCONCLUSIVE'],
  [{ atLeast: 0.6 }, below, 'FAIL'],
  [{ atLeast: 0.6 }, [0.6, 0.6, 0.7] as const, 'PASS'],
  [{ atLeast: 0.4, atMost: 0.6 }, below, 'PASS'],
  [{ atLeast: 0.4, atMost: 0.6 }, [0.3, 0.35, 0.39] as const, 'FAIL'],
  [{ atLeast: 0.4, atMost: 0.6 }, [0.3, 0.35, 0.41] as const, 'INCONCLUSIVE'],
  [{ atLeast: 0.4, atMost: 0.6 }, above, 'FAIL'],
  [{ atLeast: 0.4, atMost: 0.6 }, [0.3, 0.5, 0.7] as const, 'INCONCLUSIVE'],
])('%j of an interval %j: %s', (threshold, interval, verdict) => {
  expect(alone(threshold, found(interval))).toBe(verdict);
});

test.each([
  [{ atMost: 0.5 }, [0.3, 0.35, 0.4] as const, 'PASS'],
  [{ atMost: 0.5 }, [0.38, 0.4, 0.42] as const, 'INCONCLUSIVE'],
  [{ atMost: 0.5 }, [0.48, 0.5, 0.52] as const, 'FAIL'],
  [{ atLeast: 0.5 }, [0.46, 0.5, 0.52] as const, 'PASS'],
  [{ atLeast: 0.5 }, [0.42, 0.44, 0.5] as const, 'INCONCLUSIVE'],
  [{ atLeast: 0.5 }, [0.3, 0.35, 0.39] as const, 'FAIL'],
])(
  '%j times a reference of 0.8 to 0.9 has to be passed or missed by all of it: %j is %s',
  (bound, interval, verdict) => {
    const reference = found([0.8, 0.85, 0.9], { model: 'ORIGINAL' });
    expect(alone({ ...bound, relativeTo: 'ORIGINAL' }, reference, found(interval))).toBe(verdict);
  },
);

test('a number that is missing, or that of the reference, leaves the line open', () => {
  expect(alone({ atMost: 0.6 })).toBe('INCONCLUSIVE');
  expect(alone({ atMost: 0.6 }, found(below, { key: 'entropy' }))).toBe('INCONCLUSIVE');
  expect(alone({ atMost: 0.6 }, found(below, { model: 'ORIGINAL' }))).toBe('INCONCLUSIVE');
  expect(alone({ atMost: 0.6, relativeTo: 'ORIGINAL' }, found(below))).toBe('INCONCLUSIVE');
});

test('a line says what it was judged by', () => {
  const [lower, value, upper] = below;
  const threshold = line({ atMost: 0.9, relativeTo: 'ORIGINAL' });
  const { lines } = judge([found(below), found(above, { model: 'ORIGINAL' })], [threshold], { retrained: false });
  const reference = { value: 0.7, lower: 0.61, upper: 0.8 };
  expect(lines).toEqual([{ ...threshold, verdict: 'INCONCLUSIVE', found: { value, lower, upper }, reference }]);
});

test.each([
  ['WITH_RETRAINED', null, [false, true]],
  ['WITHOUT_RETRAINED', null, [true, false]],
  ['ALWAYS', null, [true, true]],
  ['ALWAYS', 'ORIGINAL', [true, true]],
  ['ALWAYS', 'RETRAINED', [false, true]],
  ['WITHOUT_RETRAINED', 'RETRAINED', [false, false]],
] as const)(
  'a line for %s, relative to %s, applies without and with a retrained model: %j',
  (when, relativeTo, applies) => {
    const thresholds = [line({ atMost: 1, when, relativeTo })];
    const judged = [false, true].map((retrained) => judge([], thresholds, { retrained }).lines.length === 1);
    expect(judged).toEqual(applies);
  },
);

describe('the whole', () => {
  const orders = ['PASS', 'FAIL', 'INCONCLUSIVE'] as const;
  const intervals = { PASS: below, FAIL: above, INCONCLUSIVE: across };
  const keys = ['auc', 'entropy', 'confidence'];
  const cases = orders.flatMap((a) => orders.flatMap((b) => orders.map((c) => [a, b, c] as const)));

  test.each(cases)('of %s, %s and %s', (...verdicts) => {
    const { verdict } = judge(
      verdicts.map((each, i) => found(intervals[each], { key: keys[i]! })),
      keys.map((key) => line({ name: key, key, atMost: 0.6 })),
      { retrained: false },
    );
    const expected = verdicts.includes('FAIL') ? 'FAIL' : verdicts.includes('INCONCLUSIVE') ? 'INCONCLUSIVE' : 'PASS';
    expect(verdict).toBe(expected);
  });

  test('a policy of which no line applies shows nothing', () => {
    expect(judge([], [line({ when: 'WITH_RETRAINED', atMost: 1 })], { retrained: false })).toEqual({
      verdict: 'INCONCLUSIVE',
      lines: [],
    });
  });
});

test('what forgot nothing fails every line of the shipped policy that allows a share of the original, from 100 images on', () => {
  const shares = DEFAULT_POLICY.thresholds.filter(
    ({ relativeTo, atMost }) => relativeTo === 'ORIGINAL' && atMost !== null,
  );
  expect(shares.map(({ attack }) => attack)).toEqual(['PARAPHRASES', 'LINEAR_PROBE', 'IMAGE_LEAK']);
  for (const { attack, key, ...threshold } of shares) {
    const { low, accuracy, high } = wilson(68, 100);
    const same = (model: Finding['model']) => found([low, accuracy, high], { attack, key, model });
    const { lines } = judge([same('SUBJECT'), same('ORIGINAL')], [{ ...threshold, attack, key }], { retrained: false });
    expect(lines[0]).toMatchObject({ attack, verdict: 'FAIL' });
  }
});

test('the shipped policy passes nothing without evidence', () => {
  for (const retrained of [false, true]) {
    const { verdict, lines } = judge([], DEFAULT_POLICY.thresholds, { retrained });
    expect(verdict).toBe('INCONCLUSIVE');
    expect(lines.length).toBeGreaterThan(6);
  }
});
