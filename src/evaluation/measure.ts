import { captionOf, DEFAULT_TEMPLATE, type Sample } from '../data';
import {
  type Declaration,
  type Features,
  METRICS,
  type Measured,
  type MetricName,
  type MetricRow,
  oneGroup,
} from '../metrics';
import type { Texts } from './embed';

/** What is to be measured, in the names its user knows. */
export interface EvaluationPlan {
  readonly metrics: readonly MetricName[];
  readonly samples: readonly Pick<Sample, 'hash' | 'label' | 'caption'>[];
  /** Every class a label may be, in order. */
  readonly classes: readonly string[];
  /** Prompts with {} for the class name, whose embeddings are averaged; null for the default. */
  readonly templates: readonly string[] | null;
  readonly forgetClasses: readonly string[];
  /** Datasets of the scores; all classes are one when there are none. */
  readonly groups: readonly { readonly name: string; readonly classes: readonly string[] }[];
}

export type MetricValue = MetricRow & { readonly metric: MetricName };

/** The texts whose features the plan's metrics need. */
export function textsOf({ metrics, samples, classes, templates }: EvaluationPlan): Texts {
  const [first = DEFAULT_TEMPLATE, ...rest] = templates ?? [];
  const needed = metrics.map((metric) => METRICS[metric]);
  const captioned = needed.some(({ needs }) => needs.some((need) => need === 'CAPTIONS'));
  return {
    classes,
    templates: [first, ...rest],
    alone: [...new Set(needed.flatMap((metric: Declaration) => metric.templates ?? []))],
    captions: captioned ? [...new Set(samples.map((sample) => captionOf(sample, first)))] : [],
  };
}

/** The plan's metrics, one after the other. @param onProgress called before each, and at the end */
export async function measure(
  plan: EvaluationPlan,
  model: Features,
  reference: Features | null,
  onProgress: (metric: MetricName | null, done: number) => void | Promise<void> = () => {},
): Promise<MetricValue[]> {
  const all = everything(plan, model, reference);
  const labelled = withLabels(all);
  const values: MetricValue[] = [];
  for (const [done, metric] of plan.metrics.entries()) {
    await onProgress(metric, done);
    const { needs, measure: rowsOf } = METRICS[metric];
    // Images without a class are not there for a metric of classes, whatever else is measured beside it.
    const rows = rowsOf(needs.some((need) => need === 'CLASS_LABELS') ? labelled : all);
    values.push(...rows.map((row) => ({ metric, ...row })));
  }
  await onProgress(null, plan.metrics.length);
  return values;
}

function everything(plan: EvaluationPlan, model: Features, reference: Features | null): Measured {
  const { samples, classes, forgetClasses, groups } = plan;
  const { captions, templates } = textsOf(plan);
  const rows = new Map(captions.map((caption, row) => [caption, row]));
  const first = new Map<string, number>();
  samples.forEach(({ hash }, i) => {
    if (!first.has(hash)) first.set(hash, i);
  });
  const indices = (names: readonly string[]) => names.map((name) => classes.indexOf(name)).filter((c) => c >= 0);
  return {
    classes,
    labels: samples.map(({ label }) => (label === null ? -1 : classes.indexOf(label))),
    captions: rows.size === 0 ? [] : samples.map((sample) => rows.get(captionOf(sample, templates[0]))!),
    same: samples.map(({ hash }) => first.get(hash)!),
    forget: new Set(indices(forgetClasses)),
    groups:
      groups.length > 0 ? groups.map(({ name, classes: own }) => ({ name, classes: indices(own) })) : oneGroup(classes),
    model,
    reference,
  };
}

/** The samples that have a class, and nothing of the others. */
function withLabels(all: Measured): Measured {
  const kept = [...all.labels.keys()].filter((i) => all.labels[i]! >= 0);
  if (kept.length === all.labels.length) return all;
  const only = <T>(list: readonly T[]): T[] => (list.length === 0 ? [] : kept.map((i) => list[i]!));
  const features = (of: Features): Features => ({ ...of, images: only(of.images) });
  const groups = only(all.same);
  const first = new Map<number, number>();
  groups.forEach((image, i) => {
    if (!first.has(image)) first.set(image, i);
  });
  return {
    ...all,
    labels: only(all.labels),
    captions: only(all.captions),
    same: groups.map((image) => first.get(image)!),
    model: features(all.model),
    reference: all.reference && features(all.reference),
  };
}
