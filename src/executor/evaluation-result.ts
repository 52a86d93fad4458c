import type { Found } from '../domain';
import type { Environment, EvaluationReport } from '../trainer/messages';

/** A trainer's report in the domain's words. */
export function evaluationResult({ templates, values }: EvaluationReport, environment: Environment | undefined): Found {
  return { templates: [...templates], values: [...values], environment: { ...environment } };
}
