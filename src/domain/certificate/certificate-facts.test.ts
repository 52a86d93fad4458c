import { type Finding, judge } from '../policy/judge';
import type { Threshold } from '../policy/policy.entity';
import type { AttackResult } from '../verification/attack-result.entity';
import type { Verification } from '../verification/verification.entity';
import { attackFacts } from './certificate-facts';

const found = (attack: Finding['attack'], key: string, value: number, model: Finding['model'] = 'SUBJECT') =>
  ({ model, attack, key, value, lower: value - 0.01, upper: value + 0.01, count: 20 }) as AttackResult;
const line = (name: string, attack: Threshold['attack'], key: string, atMost: number): Threshold => ({
  ...{ name, attack, key, atMost, atLeast: null, relativeTo: null, when: 'ALWAYS' },
});

test('a certificate lists what went badly without a bound, and the lines that nobody measured', () => {
  const results = [
    found('MEMBERSHIP_INFERENCE', 'auc', 0.5),
    found('MEMBERSHIP_INFERENCE', 'entropy', 0.99),
    found('LINEAR_PROBE', 'auc', 0.98),
    found('LINEAR_PROBE', 'auc', 1, 'ORIGINAL'),
  ];
  const policy = [
    line('members', 'MEMBERSHIP_INFERENCE', 'auc', 0.6),
    line('relearning', 'RELEARN_RETAIN', 'recovered', 0.5),
  ];
  const { lines } = judge(results, policy, { retrained: false });
  const nothing = { value: null, lower: null, upper: null, count: null };
  expect(attackFacts({ lines } as Verification, results)).toMatchObject([
    { name: 'members', statistic: 'MEMBERSHIP_INFERENCE auc', value: 0.5, count: 20, threshold: 0.6, verdict: 'PASS' },
    { name: 'relearning', statistic: 'RELEARN_RETAIN recovered', ...nothing, threshold: 0.5, verdict: 'INCONCLUSIVE' },
    { name: 'Membership inference', statistic: 'MEMBERSHIP_INFERENCE entropy', value: 0.99, verdict: null },
    { name: 'Linear probe', statistic: 'LINEAR_PROBE auc', value: 0.98, threshold: null, verdict: null },
  ]);
});
