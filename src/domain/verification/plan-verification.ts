import type { Policy } from '../policy/policy.entity';
import { type AskedVerification, attacksOf } from './check-verification';
import { digestOfSamples } from './evidence-samples';
import type { VerificationPlan } from './verification-plan';

/** Models of fewer weights need larger steps; see the plugins' presets `small`. */
const SMALL = 1e7;

/** Everything that the verification will do and judge by. */
export function planOf(asked: AskedVerification, policy: Policy): VerificationPlan {
  const { subject, original, retrained, references, samples, forgetSet, dataset, superclasses } = asked;
  const labels = [...samples.forget, ...samples.retain, ...samples.held].map(({ label }) => label);
  const { name, version, thresholds, protocol } = policy;
  const learningRate = protocol.relearning.learningRate ?? (original.parameterCount < SMALL ? 1e-4 : 1e-5);
  return {
    models: { SUBJECT: subject.digest, ORIGINAL: original.digest, RETRAINED: retrained?.digest ?? null },
    references: references.map(({ id, digest }) => ({ id, digest })),
    attacks: attacksOf(asked, thresholds),
    policy: { name, version, thresholds },
    classes: [...new Set([...dataset.classes, ...labels])],
    forgetClasses: forgetSet.classes,
    superclasses,
    samples: {
      forget: samples.forget.length,
      retain: samples.retain.length,
      held: samples.held.length,
      digest: digestOfSamples(samples),
    },
    ...protocol,
    relearning: { ...protocol.relearning, learningRate },
  };
}
