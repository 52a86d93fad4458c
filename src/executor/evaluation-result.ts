import type { EvaluationResult } from '../domain';
import type { Environment, FromTrainer } from '../trainer/messages';

type Report = Extract<FromTrainer, { type: 'evaluated' }>['report'];
type Proportion = Report['overall'];

/** A trainer's report in the domain's words. */
export function evaluationResult(
  { classes, overall, chance, templates }: Report,
  environment: Environment | undefined,
): { templates: string[]; result: EvaluationResult } {
  return {
    templates: [...templates],
    result: {
      classes: classes.map(({ name, ...found }) => ({ className: name, ...proportion(found) })),
      overall: proportion(overall),
      chance,
      environment: { ...environment },
    },
  };
}

function proportion({ correct, total, accuracy, low, high }: Proportion) {
  return { correct, total, accuracy, lower: low, upper: high };
}
