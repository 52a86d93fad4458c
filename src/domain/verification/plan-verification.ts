import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import { type AskedVerification, attacksOf } from './check-verification';
import { digestOfSamples } from './evidence-samples';
import type { RelearningPlan, VerificationPlan } from './verification-plan';
import type { VerificationOptions } from './verify-request';

/** Models of fewer weights need larger steps; see the plugins' presets `small`. */
const SMALL = 1e7;

/** How the relearning attacks train: as asked, and by defaults for a model of this size. */
export function relearningOf(
  given: VerificationOptions['relearning'],
  { parameterCount }: Checkpoint,
  images: number,
): RelearningPlan {
  const steps = given?.steps ?? 60;
  return {
    learningRate: given?.learningRate ?? (parameterCount < SMALL ? 1e-4 : 1e-5),
    batchSize: given?.batchSize ?? 64,
    steps,
    every: given?.every ?? Math.min(2, steps),
    samples: given?.samples ?? Math.min(8, images),
    share: given?.share ?? 0.8,
  };
}

/** Everything that the verification will do and judge by. */
export function planOf(asked: AskedVerification, policy: VerificationPlan['policy']): VerificationPlan {
  const { subject, original, retrained, references, samples, forgetSet, dataset, superclasses, templates } = asked;
  const labels = [...samples.forget, ...samples.retain, ...samples.held].map(({ label }) => label);
  const { name, version, thresholds } = policy;
  return {
    models: { SUBJECT: subject.digest, ORIGINAL: original.digest, RETRAINED: retrained?.digest ?? null },
    references: references.map(({ id, digest }) => ({ id, digest })),
    attacks: attacksOf(asked, thresholds),
    policy: { name, version, thresholds },
    classes: [...new Set([...dataset.classes, ...labels])],
    forgetClasses: forgetSet.classes,
    superclasses,
    templates,
    samples: {
      forget: samples.forget.length,
      retain: samples.retain.length,
      held: samples.held.length,
      digest: digestOfSamples(samples),
    },
    images: asked.images,
    relearning: asked.relearning,
    seed: asked.seed,
  };
}
