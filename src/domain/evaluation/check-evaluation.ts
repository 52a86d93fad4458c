import { METRICS, type MetricName, NEEDS, type Need } from '../../metrics';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { Dataset } from '../dataset/dataset.entity';
import { type Refusal, refuse } from '../refusal/refusals';
import type { ClassGroup } from './evaluation.entity';

/** What an evaluation was asked to do, its ids looked up. */
export interface AskedEvaluation {
  checkpoint: Checkpoint;
  dataset: Dataset;
  reference: Checkpoint | null;
  metrics: MetricName[];
  templates: string[];
  forgetClasses: string[];
  groups: ClassGroup[];
  /** Whether a sample has neither caption nor class. */
  wordless: boolean;
}

/** Which part of the input gives what a metric needs. */
const GIVEN_BY: Record<Need, string> = {
  CLASS_LABELS: 'datasetId',
  CAPTIONS: 'datasetId',
  REFERENCE: 'referenceId',
  FORGET_CLASSES: 'forgetClasses',
};

/** Why it cannot be done; null when it can. */
export function refusalOf(asked: AskedEvaluation): Refusal | null {
  const { metrics, templates, forgetClasses, groups, dataset } = asked;
  if (metrics.length === 0) {
    return refuse('INVALID_INPUT', ['metrics'], { problem: 'an evaluation needs a metric' });
  }
  if (templates.some((template) => !template.includes('{}'))) {
    return refuse('INVALID_INPUT', ['templates'], { problem: 'a prompt template has {} where the class name goes' });
  }
  const names = groups.map(({ name }) => name);
  if (new Set(names).size !== names.length || groups.some(({ classes }) => classes.length === 0)) {
    return refuse('INVALID_INPUT', ['groups'], {
      problem: 'groups need names of their own and at least one class each',
    });
  }
  for (const [path, classes] of [
    [['forgetClasses'], forgetClasses] as const,
    ...groups.map((group, i) => [['groups', String(i), 'classes'], group.classes] as const),
  ]) {
    const className = classes.find((name) => !dataset.classes.includes(name));
    if (className === undefined) continue;
    const known = dataset.classes.slice(0, 50).join(', ') || 'none';
    return refuse('CLASS_UNKNOWN', [...path], { dataset: dataset.name, className, known });
  }
  for (const metric of metrics) {
    const missing = METRICS[metric].needs.find((need) => !has(asked, need));
    if (missing) return refuse('METRIC_INPUT_MISSING', [GIVEN_BY[missing]], { metric, need: NEEDS[missing] });
  }
  return unlikeReference(asked);
}

function has({ dataset, reference, forgetClasses, wordless }: AskedEvaluation, need: Need): boolean {
  switch (need) {
    case 'CLASS_LABELS':
      return dataset.classes.length > 0;
    case 'CAPTIONS':
      return !wordless;
    case 'REFERENCE':
      return reference !== null;
    case 'FORGET_CLASSES':
      return forgetClasses.length > 0;
  }
}

/** Embeddings of another width have no angle with ours. */
function unlikeReference({ metrics, checkpoint, reference }: AskedEvaluation): Refusal | null {
  const [own, others] = [checkpoint.config.embedDim, reference?.config.embedDim];
  if (!reference || own === others || !metrics.includes('EMBEDDING_DRIFT')) return null;
  const values = { checkpoint: checkpoint.name, own: String(own), reference: reference.name, others: String(others) };
  return refuse('REFERENCE_UNLIKE', ['referenceId'], values);
}
