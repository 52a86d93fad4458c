import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/data';
import { SHIPPED_PLUGINS } from '../../src/executor/plugins';
import { TrainerProcess } from '../../src/executor/trainer-process';
import type { EvaluationSpec, FromTrainer } from '../../src/trainer/messages';
import { readPluginCode } from '../../src/trainer/plugin/plugin-code';
import { COARSE_WORDS, FINE_WORDS } from '../pretrain/words';
import { type Cell, type Facts, given, type Run } from './cells';
import type { Datasets } from './datasets';
import type { Model, Part, View } from './definition';
import type { CellResult, CurvePoint, Finished } from './results';
import { coarseWord } from './words';

/** The method kit: what a plugin's equations are made of. */
const KIT = join(__dirname, '../../src/method');

type Said<T extends FromTrainer['type']> = Extract<FromTrainer, { type: T }>;

/** Runs cells: each in trainers of its own, as the server would, one thread each. */
export class Laboratory implements Facts {
  private readonly code_ = new Map<string, Promise<string>>();
  private readonly checkpoints_ = new Map<Model, Promise<string>>();

  /** @param checkpoints folder of the shipped models @param work temporary */
  constructor(
    private readonly checkpoints: string,
    private readonly datasets: Datasets,
    private readonly work: string,
  ) {}

  samples: Facts['samples'] = (images, cut) => this.datasets.digest(images, cut);

  code(method: string): Promise<string> {
    return remembered(this.code_, method, async () => {
      const [plugin, kit] = await Promise.all([join(SHIPPED_PLUGINS, method), KIT].map(readPluginCode));
      return `${plugin!.digest} ${kit!.digest}`;
    });
  }

  checkpoint(model: Model): Promise<string> {
    return remembered(this.checkpoints_, model, async () => {
      const folder = join(this.checkpoints, model);
      const files = (await readdir(folder)).sort();
      const digests = await Promise.all(files.map(async (file) => [file, sha256(await readFile(join(folder, file)))]));
      return sha256(JSON.stringify(digests));
    });
  }

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
      const values: Record<string, [number, number]> = {};
      let environment = '';
      for (const view of cell.kind === 'run' ? cell.task.views : [cell.view]) {
        const said = await this.evaluate(checkpoint, view, scratch);
        environment = environmentOf(said);
        for (const { metric, key, subject, value, count } of only(said, 'evaluated').report.values)
          values[[view.name, metric, key, ...(subject === null ? [] : [subject])].join('/')] = [value, count];
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
    const { digest: codeDigest } = await readPluginCode(folder);
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
        plugin: { folder, codeDigest, store: join(this.work, 'plugins') },
        parameters: row.parameters,
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

class Diverged extends Error {}

/** Everything a trainer said; throws when it did not finish. */
async function listen(first: ConstructorParameters<typeof TrainerProcess>[0]): Promise<FromTrainer[]> {
  const trainer = new TrainerProcess(first);
  const all: FromTrainer[] = [];
  for (let said = await trainer.next(); said; said = await trainer.next()) all.push(...said);
  const last = all.at(-1);
  if (last?.type === 'finished') return all;
  if (last?.type === 'failed' && last.code === 'DIVERGED') throw new Diverged(last.message);
  throw new Error(last?.type === 'failed' ? last.message : (await trainer.death).message);
}

function only<T extends FromTrainer['type']>(said: readonly FromTrainer[], type: T): Said<T> {
  return said.find((message) => message.type === type) as Said<T>;
}

function finished(said: readonly FromTrainer[]): Finished {
  const { outcome, cost } = only(said, 'finished');
  return { outcome, ...cost! };
}

/** What a stage measured of a coefficient it tried. */
function curveOf(said: readonly FromTrainer[]): CurvePoint[] {
  return said
    .flatMap((message) => (message.type === 'metrics' ? message.points : []))
    .map(({ values }) => values)
    .filter(({ coefficient }) => coefficient !== undefined);
}

function environmentOf(said: readonly FromTrainer[]): string {
  const { node, onnxruntime, platform, cpu, threads } = only(said, 'started').environment;
  return `${cpu}, ${platform}, Node ${node}, ONNX Runtime ${onnxruntime}, ${threads} thread${threads > 1 ? 's' : ''}`;
}

function remembered<K, V>(known: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
