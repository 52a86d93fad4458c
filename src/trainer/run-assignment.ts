import { join } from 'node:path';
import { preprocess, readCheckpoint, writeCheckpoint } from '../clip';
import { DEFAULT_TEMPLATE } from '../data';
import type { Weights } from '../engine';
import type { Method, SetName } from '../method';
import { resolveParameters } from '../method/parameters';
import { zeroShotReport } from '../metrics';
import { artifactWriter } from './artifact-writer';
import { computeOf } from './compute';
import { costOf } from './cost';
import { environment } from './environment';
import { reportOf } from './evaluate';
import { Evaluator } from './evaluator';
import type { Assignment, SampleSource } from './messages';
import { type Assessment, drawPictures } from './pictures/draw-pictures';
import { drawn } from './pictures/drawn';
import { BrokenPlugin, loadPlugin } from './plugin/load-plugin';
import { prepareSets } from './prepared-set';
import { Reporter, type Send } from './reporter';
import type { RunContext } from './run-context';
import { FileSnapshots, readSnapshot } from './snapshot';
import { StageRunner } from './stage-runner';
import { RunFailure } from './stop';
import { Towers } from './towers';

/** How an attempt hears of its cancellation. */
export interface Control {
  readonly signal: AbortSignal;
  /** Lets messages in between two pieces of work; throws Cancelled. */
  breathe(): Promise<void>;
}

/** One attempt at a run, from the plugin's code to the unlearned checkpoint on disk. */
export async function runAssignment(assignment: Assignment, send: Send, control: Control): Promise<void> {
  const startedAt = performance.now();
  const { run, seed, scratch, evaluation } = assignment;
  const { method, codeDigest } = await load(assignment.plugin);
  const resolved = resolveParameters(method.params, method.presets ?? {}, assignment.parameters);
  if (!resolved.ok) throw new RunFailure('REFUSED', resolved.refusals.map(({ message }) => message).join('; '));
  const params = resolved.values;

  const resumed = assignment.resumeFrom === undefined ? undefined : await readSnapshot(assignment.resumeFrom, run);
  if (assignment.resumeFrom !== undefined && !resumed) {
    send({ type: 'log', level: 'warn', message: 'the last snapshot is not whole: the run starts over' });
  }
  const compute = computeOf(assignment, resumed);
  send({
    type: 'started',
    environment: environment({ ...compute, codeDigest, parameters: params }),
    resumedFrom: resumed?.position ?? null,
  });

  const checkpoint = await readCheckpoint(assignment.checkpoint);
  const { config, weights: original } = checkpoint;
  await control.breathe();
  const evaluator = evaluation && (await Evaluator.create(checkpoint, evaluation, compute, control));
  const assess = async (of: Weights, role?: 'BEFORE' | 'AFTER'): Promise<Assessment | undefined> => {
    if (!evaluation || !evaluator) return undefined;
    const features = await evaluator.features(of);
    const report = await reportOf(evaluation, features, null);
    if (role) send({ type: 'evaluated', role, report });
    return { features, accuracies: zeroShotReport(report.values) };
  };
  // A retried run was evaluated before it was interrupted, unless it died before its first snapshot.
  const before = resumed ? undefined : await assess(original, 'BEFORE');

  const prepared = await prepareSets(declared(method, assignment.sets), {
    config,
    tokenize: (text) => checkpoint.tokenizer.encode(text),
    preprocess: preprocess(config.image),
    classes: assignment.classes,
    forgotten: assignment.forgotten,
    template: method.prompt?.(params) ?? DEFAULT_TEMPLATE,
    signal: control.signal,
  });
  const towers = new Towers(config, compute, control.breathe);
  const weights: Weights = new Map(original);
  const context: RunContext = {
    config,
    seed,
    compute,
    original,
    weights,
    prepared,
    towers,
    reporter: new Reporter(send),
    send,
    snapshots: new FileSnapshots(join(scratch, 'snapshot'), assignment.snapshotEveryMs, send, {
      run,
      ...compute,
    }),
    artifact: artifactWriter(scratch, send),
    breathe: control.breathe,
  };
  const outcome = await new StageRunner(context, method, resumed).run(params);
  await towers.dispose();

  const result = join(scratch, 'checkpoint');
  await writeCheckpoint(result, checkpoint, weights);
  if (evaluator) {
    // Read back, because a checkpoint stored in half precision is not quite what was trained.
    const written = await readCheckpoint(result);
    const after = await assess(written.weights, 'AFTER');
    if (assignment.pictures && after) {
      const draw = async () => {
        const models = {
          original,
          unlearned: written.weights,
          before: before ?? (await assess(original)) ?? after,
          after,
        };
        const { artifact, breathe } = context;
        await drawPictures({
          config,
          compute,
          evaluator,
          forgotten: assignment.forgotten,
          artifact,
          breathe,
          ...models,
        });
      };
      await drawn(draw, send);
    }
    await evaluator.dispose();
  }
  send({ type: 'finished', checkpoint: result, outcome: outcome ?? null, cost: costOf(startedAt, original, weights) });
}

async function load({ folder, store, codeDigest }: Assignment['plugin']): ReturnType<typeof loadPlugin> {
  try {
    return await loadPlugin(folder, store, codeDigest);
  } catch (error) {
    if (error instanceof BrokenPlugin) throw new RunFailure('METHOD_FAILED', error.message, { cause: error });
    throw error;
  }
}

/** The sets the method declared, in its order: the first one's passes are its epochs. Those it makes may be missing. */
function declared({ sets, makes = [] }: Method, given: Assignment['sets']): Partial<Record<SetName, SampleSource>> {
  const found = sets.flatMap((name) => {
    const source = given[name];
    if (!source && !makes.includes(name)) throw new RunFailure('REFUSED', `the method needs a ${name} set with images`);
    return source ? [[name, source] as const] : [];
  });
  return Object.fromEntries(found);
}
