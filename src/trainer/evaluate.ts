import { type Checkpoint, readCheckpoint } from '../clip';
import { DEFAULT_TEMPLATE } from '../data';
import { measure } from '../evaluation';
import type { Features } from '../metrics';
import { computeOf } from './compute';
import { environment } from './environment';
import { Evaluator } from './evaluator';
import type { EvaluationAssignment, EvaluationReport, EvaluationSpec } from './messages';
import type { Send } from './reporter';
import type { Control } from './run-assignment';
import { RunFailure } from './stop';

/** Between two reports of progress, in milliseconds. */
const INTERVAL = 200;

/** An evaluation that belongs to no run: embeds with one model or two, then runs the metrics. */
export async function evaluate(assignment: EvaluationAssignment, send: Send, control: Control): Promise<void> {
  const { checkpoint, reference, evaluation } = assignment;
  const compute = computeOf(assignment);
  send({
    type: 'started',
    environment: environment({ ...compute, codeDigest: null, parameters: {} }),
    resumedFrom: null,
  });
  const features = async (folder: string, stage: string): Promise<Features> => {
    const read: Checkpoint = await readCheckpoint(folder);
    const evaluator = await Evaluator.create(read, evaluation, compute, control);
    const found = await evaluator.features(read.weights, progress(stage, send));
    await evaluator.dispose();
    return found;
  };
  // One model after the other: both at once may be more than the machine holds.
  const original = reference === null ? null : await features(reference, 'images of the reference');
  const model = await features(checkpoint, 'images');
  const report = await reportOf(evaluation, model, original, async (metric, done) => {
    send({ type: 'measuring', stage: metric ?? 'done', done, total: evaluation.metrics.length });
    await control.breathe();
  });
  send({ type: 'evaluated', role: null, report });
}

/** The plan's numbers, all of them finite. */
export async function reportOf(
  spec: EvaluationSpec,
  model: Features,
  reference: Features | null,
  onProgress?: Parameters<typeof measure>[3],
): Promise<EvaluationReport> {
  const values = await measure(spec, model, reference, onProgress);
  const strange = values.find(({ value }) => !Number.isFinite(value));
  if (strange)
    throw new RunFailure('DIVERGED', `${strange.metric} ${strange.key} is ${strange.value}: so are features`);
  return { templates: spec.templates ?? [DEFAULT_TEMPLATE], values };
}

function progress(stage: string, send: Send): (done: number, total: number) => void {
  let sentAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    if (done < total && performance.now() - sentAt < INTERVAL) return;
    sentAt = performance.now();
    send({ type: 'measuring', stage, done, total });
  };
}
