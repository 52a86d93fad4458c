import { ATTACK_NAMES, ATTACK_NEEDS, ATTACKS, type AttackName, type AttackNeed, type Declaration } from '../../attacks';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { Dataset } from '../dataset/dataset.entity';
import { applies } from '../policy/judge';
import type { Threshold } from '../policy/policy.entity';
import { LEAST_IMAGES } from '../policy/protocol';
import { type Refusal, refuse } from '../refusal/refusals';
import type { SampleSet } from '../sample-set/sample-set.entity';
import type { EvidenceSamples } from './evidence-samples';
import type { Superclass, VerificationPlan } from './verification-plan';

/** What a verification was asked to look at, its ids looked up. */
export interface AskedVerification {
  subject: Checkpoint;
  original: Checkpoint;
  retrained: Checkpoint | null;
  /** Beside the retrained one. */
  references: Checkpoint[];
  forgetSet: SampleSet;
  retainSet: SampleSet | null;
  dataset: Dataset;
  superclasses: Superclass[];
  samples: EvidenceSamples;
  /** Null: every attack that what is given allows. */
  attacks: AttackName[] | null;
}

/** Which part of the input gives what an attack needs. */
const GIVEN_BY: Record<AttackNeed, string> = {
  RETAIN_SET: 'retainSetId',
  REFERENCES: 'referenceIds',
  SUPERCLASSES: 'superclasses',
};

const GIVEN: Record<AttackNeed, (asked: AskedVerification) => boolean> = {
  RETAIN_SET: ({ samples }) => samples.retain.length >= LEAST_IMAGES,
  REFERENCES: ({ retrained, references }) => retrained !== null || references.length > 0,
  SUPERCLASSES: ({ superclasses }) => superclasses.length > 0,
};

const missing = (asked: AskedVerification, attack: AttackName): AttackNeed | undefined => {
  const { needs }: Declaration = ATTACKS[attack];
  return needs.find((need) => !GIVEN[need](asked));
};

/** Why it cannot be done; null when it can. */
export function refusalOf(asked: AskedVerification): Refusal | null {
  const { dataset, forgetSet, samples } = asked;
  if (asked.attacks?.length === 0) {
    const problem = 'name an attack, or leave this out for every one that what is given allows';
    return refuse('INVALID_INPUT', ['attacks'], { problem });
  }
  const kept = samples.held.filter(({ label }) => !forgetSet.classes.includes(label)).length;
  const parts: [string, string, number][] = [
    ['forgetSetId', `forget set ${forgetSet.name}, with a class,`, samples.forget.length],
    ['datasetId', `dataset ${dataset.name} of the forgotten classes`, samples.held.length - kept],
    ['datasetId', `dataset ${dataset.name} of other classes`, kept],
  ];
  for (const [field, what, count] of parts) {
    if (count < LEAST_IMAGES) return refuse('EVIDENCE_TOO_SMALL', [field], { what, count, least: LEAST_IMAGES });
  }
  for (const attack of asked.attacks ?? []) {
    const need = missing(asked, attack);
    if (need) return refuse('ATTACK_INPUT_MISSING', [GIVEN_BY[need]], { attack, need: ATTACK_NEEDS[need] });
  }
  return wrongSuperclasses(asked) ?? unlike(asked);
}

/** The attacks on each model: on those that are compared with, only what a line of the policy compares. */
export function attacksOf(asked: AskedVerification, thresholds: readonly Threshold[]): VerificationPlan['attacks'] {
  const subject = ATTACK_NAMES.filter((attack) =>
    asked.attacks ? asked.attacks.includes(attack) : !missing(asked, attack),
  );
  const compared = (model: 'ORIGINAL' | 'RETRAINED') =>
    subject.filter((attack) =>
      thresholds.some(
        (line) => line.attack === attack && line.relativeTo === model && applies(line, asked.retrained !== null),
      ),
    );
  return { SUBJECT: subject, ORIGINAL: compared('ORIGINAL'), RETRAINED: asked.retrained ? compared('RETRAINED') : [] };
}

/** One holds a forgotten class, one does not, and no class is in two: else there is nothing to leak, or nothing to tell it from. */
function wrongSuperclasses({ superclasses, forgetSet, dataset }: AskedVerification): Refusal | null {
  if (superclasses.length === 0) return null;
  const named = superclasses.flatMap(({ classes }) => classes);
  const className = named.find((name) => !dataset.classes.includes(name));
  if (className !== undefined) {
    const known = dataset.classes.slice(0, 50).join(', ') || 'none';
    return refuse('CLASS_UNKNOWN', ['superclasses'], { dataset: dataset.name, className, known });
  }
  const holds = superclasses.map(({ classes }) => classes.some((name) => forgetSet.classes.includes(name)));
  const names = new Set(superclasses.map(({ name }) => name.trim()));
  const apart = new Set(named).size === named.length && names.size === superclasses.length && !names.has('');
  if (apart && holds.includes(true) && holds.includes(false)) return null;
  return refuse('INVALID_INPUT', ['superclasses'], {
    problem:
      'superclasses have names of their own and share no class; one holds a forgotten class and another one does not',
  });
}

/** Embeddings of another width have no angle with ours. */
function unlike({ subject, original }: AskedVerification): Refusal | null {
  const [own, others] = [subject.config.embedDim, original.config.embedDim];
  if (own === others) return null;
  const values = { checkpoint: subject.name, own: String(own), reference: original.name, others: String(others) };
  return refuse('REFERENCE_UNLIKE', ['originalId'], values);
}
