import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { newCheckpoint, readCheckpoint, writeCheckpoint } from '../../src/clip';
import { type DatasetIndex, scanDataset } from '../../src/data';
import { SHIPPED_PLUGINS } from '../../src/executor/plugins';
import type { Assignment, SampleSource } from '../../src/trainer/messages';
import { readPluginCode } from '../../src/trainer/plugin/plugin-code';
import { METHOD_CASES, type MethodCase, type MethodName, type Model } from './cases';
import { drawnByLip, drawnByThreeStage, writeDrawn } from './drawn';
import type { ContestantReport, RunReport } from './protocol';

export interface MethodComparison {
  readonly method: MethodName;
  readonly model: Model;
  /** One untimed run of each, with the same random numbers. */
  readonly check: { readonly lethe: ContestantReport; readonly pytorch: ContestantReport };
  readonly lethe: readonly RunReport[];
  readonly pytorch: readonly RunReport[];
}

export interface CompareMethodsOptions {
  readonly python: string;
  readonly pairs: number;
  readonly quick: boolean;
}

const ROOT = resolve(__dirname, '../../..');
const IMAGES = join(ROOT, 'demo/images/unlearn.tar.gz');
const PYTORCH = join(ROOT, 'bench/methods/pytorch/run.py');
const SEED = 1;
const THREADS = 1;

/** Whole runs of both sides in turn: first one pair with the same random numbers, which is not timed, then the timed ones. */
export async function compareMethod(
  method: MethodName,
  model: Model,
  { python, pairs, quick }: CompareMethodsOptions,
): Promise<MethodComparison> {
  const chosen: MethodCase = METHOD_CASES[method];
  const parameters = { ...chosen.parameters, ...(quick && chosen.quick.parameters) };
  const folder = await mkdtemp(join(tmpdir(), 'lethe-bench-methods-'));
  try {
    const checkpoint = await openClipCheckpoint(model, join(folder, 'model'));
    const index = await scanDataset(IMAGES);
    const sets = setsOf(chosen, index, quick);
    const plugin = join(SHIPPED_PLUGINS, method);
    const { digest: codeDigest } = await readPluginCode(plugin);
    let count = 0;
    const scratch = async () => {
      const made = join(folder, `run-${++count}`);
      await mkdir(made);
      return made;
    };

    const lethe = async (): Promise<RunReport> => {
      const at = await scratch();
      const assignment: Assignment = {
        run: 'bench',
        plugin: { folder: plugin, codeDigest, store: join(at, 'plugins') },
        parameters,
        seed: SEED,
        checkpoint,
        sets,
        classes: index.classes,
        forgotten: chosen.forgotten,
        scratch: at,
        snapshotEveryMs: 60_000,
        device: 'CPU',
        threads: THREADS,
      };
      const file = join(at, 'assignment.json');
      await writeFile(file, JSON.stringify(assignment));
      return timed(process.execPath, [join(__dirname, 'lethe.js'), file]);
    };
    const first = await lethe();
    const steps = first.facts.steps;

    const pytorch = async (drawn: string | null): Promise<RunReport> => {
      const at = await scratch();
      const file = join(at, 'options.json');
      const channelsLast = model === 'resnet';
      const { classes } = index;
      const { forgotten } = chosen;
      const told = { method, parameters, seed: SEED, checkpoint, sets, classes, forgotten, steps, drawn, channelsLast };
      await writeFile(file, JSON.stringify({ ...told, scratch: at, threads: THREADS }));
      return timed(python, [PYTORCH, file]);
    };
    const { config } = await readCheckpoint(checkpoint);
    const drawn = join(folder, 'drawn.safetensors');
    const options = { config, seed: SEED, parameters, report: first };
    const [forget, retain] = [sets.forget?.samples.length ?? 0, sets.retain?.samples.length ?? 0];
    const forgotten = chosen.forgotten.map((name) => index.classes.indexOf(name));
    await writeDrawn(
      drawn,
      method === 'lip' ? drawnByLip(options, forgotten) : drawnByThreeStage(options, { forget, retain }),
    );
    const check = { lethe: first, pytorch: await pytorch(drawn) };

    const reports = { lethe: [] as RunReport[], pytorch: [] as RunReport[] };
    for (let i = 0; i < pairs; i++) {
      // who goes first alternates, as does whatever else the machine does
      for (const side of i % 2 === 0 ? (['lethe', 'pytorch'] as const) : (['pytorch', 'lethe'] as const))
        reports[side].push(side === 'lethe' ? await lethe() : await pytorch(null));
    }
    return { method, model, check, ...reports };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The demo checkpoint in the layout that OpenCLIP reads, in which both sides name the weights alike. */
async function openClipCheckpoint(model: Model, folder: string): Promise<string> {
  const source = join(ROOT, 'demo/checkpoints', model);
  const { config, weights, stored } = await readCheckpoint(source);
  if (config.layout === 'open-clip') return source;
  const tokenizer = new Map([...stored.companions].filter(([name]) => /token|vocab|merges/.test(name)));
  await writeCheckpoint(folder, newCheckpoint({ ...config, layout: 'open-clip' }, weights, tokenizer), weights);
  return folder;
}

function setsOf({ sets, forgotten, quick: { images } }: MethodCase, { samples }: DatasetIndex, quick: boolean) {
  const names = new Set(forgotten);
  const entries = Object.entries(sets).map(([name, share]) => {
    const seen = new Map<string, number>();
    const chosen = samples.filter(({ label }) => {
      if (label === null || names.has(label) !== share.forgotten) return false;
      const at = seen.get(label) ?? 0;
      seen.set(label, at + 1);
      return (
        at >= share.from &&
        at < (quick ? Math.min(share.to, share.from + images * (share.forgotten ? 8 : 1)) : share.to)
      );
    });
    return [name, { source: IMAGES, samples: chosen } satisfies SampleSource];
  });
  return Object.fromEntries(entries) as Assignment['sets'];
}

/** Runs a contestant to its end. */
async function timed(command: string, args: readonly string[]): Promise<RunReport> {
  const threads = String(THREADS);
  const env = { ...process.env, OMP_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  const last = output.trim().split('\n').at(-1);
  if (code !== 0 || !last) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`);
  return { ...(JSON.parse(last) as ContestantReport), seconds };
}
