import { ATTACKS } from '../../attacks';
import type { CertificateFacts } from '../../certificate';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { ErasureRequest } from '../erasure-request/erasure-request.entity';
import type { Evaluation } from '../evaluation/evaluation.entity';
import type { MetricValue } from '../evaluation/metric-value.entity';
import type { VerdictLine } from '../policy/judge';
import type { Run } from '../run/run.entity';
import type { SampleSet } from '../sample-set/sample-set.entity';
import type { AttackResult } from '../verification/attack-result.entity';
import type { Verification } from '../verification/verification.entity';

/** Rows as a certificate words them: each function here is one of its sections. */

export const requestFacts = (request: ErasureRequest | null): CertificateFacts['request'] =>
  request && {
    id: request.id,
    subjectHash: request.subjectHash,
    basis: request.legalBasis,
    receivedAt: request.receivedAt.toISOString(),
    dueAt: request.dueAt.toISOString(),
  };

export const forgetSetFacts = ({ id, digest, sampleCount, classes }: SampleSet): CertificateFacts['forgetSet'] => ({
  id,
  digest,
  samples: sampleCount === 0 ? null : sampleCount,
  classes,
});

export const checkpointFacts = ({ id, name, digest }: Checkpoint): CertificateFacts['parent'] => ({ id, name, digest });

/** @param run one that succeeded, with its method */
export const runFacts = ({ id, method, parameters, seed, startedAt, finishedAt }: Run): CertificateFacts['run'] => ({
  id,
  method: method!.name,
  methodVersion: method!.version,
  methodDigest: method!.codeDigest,
  parameters,
  seed,
  startedAt: startedAt!.toISOString(),
  finishedAt: finishedAt!.toISOString(),
});

/** What the run measured after it, each beside what it measured before. */
export function evaluationFacts(
  evaluations: readonly Evaluation[],
  values: readonly MetricValue[],
): CertificateFacts['evaluation'] {
  const roles = new Map(evaluations.map(({ id, role }) => [id, role]));
  const of = (wanted: Evaluation['role']) => values.filter(({ evaluationId }) => roles.get(evaluationId) === wanted);
  const interval = ({ value, lower, upper, count }: MetricValue) => ({ value, lower, upper, count });
  const before = of('BEFORE');
  return of('AFTER').map((after) => {
    const { metric, key, subject, chance } = after;
    const earlier = before.find((row) => row.metric === metric && row.key === key && row.subject === subject);
    return { metric, key, subject, before: earlier ? interval(earlier) : null, after: interval(after), chance };
  });
}

/** @param verification with its forget set */
export const verificationFacts = (verification: Verification | null): CertificateFacts['verification'] =>
  verification && {
    id: verification.id,
    planDigest: verification.planDigest,
    plan: { ...verification.plan },
    forgetSetDigest: verification.forgetSet!.digest,
    finishedAt: verification.finishedAt!.toISOString(),
  };

/**
 * Every line of the policy, and every number of the checkpoint that no line is about: what went badly is said, whether or not somebody set a bound for it.
 * A line of which nothing was measured is INCONCLUSIVE.
 */
export function attackFacts({ lines }: Verification, results: readonly AttackResult[]): CertificateFacts['attacks'] {
  const own = results.filter(({ model }) => model === 'SUBJECT');
  const named = lines ?? [];
  const judged = named.map((line) => {
    const { name, attack, key, verdict } = line;
    const found = own.find((row) => row.attack === attack && row.key === key);
    return { name, ...numberOf({ attack, key }, found), threshold: boundOf(line), verdict };
  });
  const others = own.filter(({ attack, key }) => !named.some((line) => line.attack === attack && line.key === key));
  const unjudged = others.map((found) => {
    return { name: ATTACKS[found.attack].title, ...numberOf(found, found), threshold: null, verdict: null };
  });
  return [...judged, ...unjudged];
}

function numberOf({ attack, key }: Pick<AttackResult, 'attack' | 'key'>, found: AttackResult | undefined) {
  const { value = null, lower = null, upper = null, count = null } = found ?? {};
  return { statistic: `${attack} ${key}`, value, lower, upper, count };
}

/** The bound in the attack's own unit: one that is relative, times the number it is relative to. */
function boundOf({ atMost, atLeast, relativeTo, reference }: VerdictLine): number | null {
  const bound = atMost ?? atLeast;
  if (bound === null || relativeTo === null) return bound;
  return reference && bound * reference.value;
}
