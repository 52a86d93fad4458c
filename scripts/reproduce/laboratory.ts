import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/data';
import { SHIPPED_PLUGINS } from '../../src/executor/plugins';
import type { EvaluationSpec, FromTrainer } from '../../src/trainer/messages';
import { loadPlugin } from '../../src/trainer/plugin/load-plugin';
import { COARSE_WORDS, FINE_WORDS } from '../pretrain/words';
import { type Cell, given, type Run } from './cells';
import type { Datasets } from './datasets';
import type { Model, Part, View } from './definition';
import type { CellResult } from './results';
import { curveOf, Diverged, environmentOf, finished, listen, only } from './trainers';
import { coarseWord } from './words';

/** What methods that need other steps on small models call theirs, the tower's own first; they are part of their code. */
const presetsFor = (model: Model): readonly string[] => [`small-${model}`, 'small'];

/** Runs cells: each in trainers of its own, as the server would, one thread each. */
export class Laboratory {
  /** @param checkpoints folder of the shipped models @param work temporary */
  constructor(
    private readonly checkpoints: string,
    private readonly datasets: Datasets,
    private readonly work: string,
  ) {}

  /** Throws when a run fails in a way that says nothing of the method. */
  async run(cell: Cell): Promise<CellResult> {
    const scratch = join(this.work, sha256(cell.name).slice(0, 16));
    await mkdir(scratch, { recursive: true });
    try {
      const runs: { said: FromTrainer[]; checkpoint: string }[] = [];
      const parts = cell.kind === 'run' ? given(cell) : [];
      for (const [i, part] of parts.entries())
        runs.push(await this.forget(cell as Run, part, join(scratch, String(i))));
      const checkpoint = await this.merged(cell, runs, join(scratch, 'merge'));
      const values: Record<string, Record<string, [number, number]>> = {};
      let environment = '';
      for (const view of cell.kind === 'run' ? cell.task.views : [cell.view]) {
        const said = await this.evaluate(checkpoint, view, scratch);
        environment = environmentOf(said);
        for (const { metric, key, subject, value, count } of only(said, 'evaluated').report.values) {
          const of = [view.name, metric, key].join('/');
          if (subject !== null) values[of] = { ...values[of], [subject]: [value, count] };
        }
      }
      const curve = runs.flatMap(({ said }) => curveOf(said));
      return {
        name: cell.name,
        values,
        runs: runs.map(({ said }) => finished(said)),
        ...(curve.length > 0 && { curve }),
        environment,
      };
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      return { name: cell.name, values: {}, runs: [], failed: error.message, environment: '' };
    } finally {
      await rm(scratch, { recursive: true });
    }
  }

  private async forget({ row, model, seed, name }: Run, { forgotten, words, sets }: Part, scratch: string) {
    await mkdir(scratch, { recursive: true });
    const folder = join(SHIPPED_PLUGINS, row.method);
    const store = join(this.work, 'plugins');
    const { method, codeDigest } = await loadPlugin(folder, store);
    const preset = presetsFor(model).find((name) => method.presets?.[name]);
    const taken = await Promise.all(
      Object.entries(sets).map(async ([set, cut]) => {
        const { source, samples } = await this.datasets.take('unlearn', cut);
        const labelled = (label: string | null) => (words === 'coarse' && label !== null ? coarseWord(label) : label);
        return [set, { source, samples: samples.map((each) => ({ ...each, label: labelled(each.label) })) }] as const;
      }),
    );
    const said = await listen({
      type: 'run',
      assignment: {
        run: name,
        plugin: { folder, codeDigest, store },
        parameters: { ...(preset && { preset }), ...row.parameters },
        seed,
        checkpoint: join(this.checkpoints, model),
        sets: Object.fromEntries(taken),
        classes: words === 'coarse' ? COARSE_WORDS : FINE_WORDS,
        forgotten,
        scratch,
        snapshotEveryMs: 600_000,
        device: 'CPU',
        threads: 1,
      },
    });
    return { said, checkpoint: only(said, 'finished').checkpoint! };
  }

  private async merged(cell: Cell, runs: readonly { checkpoint: string }[], scratch: string): Promise<string> {
    if (runs.length < 2) return runs[0]?.checkpoint ?? join(this.checkpoints, cell.model);
    await mkdir(scratch, { recursive: true });
    const sources = runs.map(({ checkpoint }) => ({ path: checkpoint, share: 1 / runs.length }));
    return only(await listen({ type: 'merge', assignment: { sources, scratch } }), 'finished').checkpoint!;
  }

  private async evaluate(checkpoint: string, { images, metrics }: View, scratch: string): Promise<FromTrainer[]> {
    const evaluation: EvaluationSpec = {
      ...(await this.datasets.take('evaluate', images)),
      metrics,
      classes: FINE_WORDS,
      templates: null,
      forgetClasses: [],
      groups: [],
    };
    const assignment = { checkpoint, reference: null, evaluation, device: 'CPU', threads: 1, scratch } as const;
    return listen({ type: 'evaluate', assignment });
  }
}
