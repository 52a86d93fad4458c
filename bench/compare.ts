import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CASES, type CaseName } from './cases';
import { Contestant } from './contestant';
import { prepare } from './prepare';
import type { StepReport } from './protocol';
import { quantile } from './quantile';
import { ADAM, benchStep } from './training-step';

/** PyTorch's layouts of images: channel by channel, or all channels of a pixel together. */
export type MemoryFormat = 'contiguous' | 'channels-last';

export interface Comparison {
  readonly name: CaseName;
  readonly lethe: readonly StepReport[];
  /** In the memory format that is the faster one. */
  readonly pytorch: readonly StepReport[];
  readonly format: MemoryFormat;
  /** The slower one, where there are two. */
  readonly slower?: { readonly format: MemoryFormat; readonly pytorch: readonly StepReport[] };
  /** Versions, as the Python side reports them. */
  readonly versions: Record<string, string>;
  /** The losses of the first steps, before rounding differences grow. */
  readonly losses: readonly { lethe: number; pytorch: number }[];
}

export interface CompareOptions {
  readonly python: string;
  readonly threads: number;
  readonly repeats: number;
  /** Steps that are not timed: allocators warm up, oneDNN chooses its kernels. */
  readonly warmUp?: number;
}

const PYTORCH = join(__dirname, '../../bench/pytorch/contestant.py');
/** Both engines' threads spin for a moment after a step; the other's must not start meanwhile. */
const SETTLE = 30;

const medianTime = (reports: readonly StepReport[]): number =>
  quantile(
    reports.map(({ milliseconds }) => milliseconds),
    0.5,
  );

/** Times both engines in turn, step by step, from the same weights on the same batch. */
export async function compare(
  name: CaseName,
  { python, threads, repeats, warmUp = 3 }: CompareOptions,
): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-bench-'));
  const chosen = CASES[name];
  try {
    const { model, batch } = await prepare(chosen, folder);
    const trainable = benchStep(chosen).state.flatMap(({ name, next }) =>
      next && !name.startsWith('adam.') ? [name] : [],
    );
    const formats: MemoryFormat[] = chosen.convolves ? ['channels-last', 'contiguous'] : ['contiguous'];
    const pytorch = [];
    for (const format of formats) {
      const options = JSON.stringify({ threads, trainable, channelsLast: format === 'channels-last', adam: ADAM });
      pytorch.push({ format, contestant: await Contestant.start(python, [PYTORCH, model, batch, options], threads) });
    }
    const lethe = await Contestant.start(
      process.execPath,
      [join(__dirname, 'lethe.js'), name, model, String(threads)],
      threads,
    );
    for (let i = 0; i < warmUp + repeats; i++) {
      // who goes first alternates, so that neither always finds the other's cache
      const others = pytorch.map(({ contestant }) => contestant);
      for (const contestant of i % 2 === 0 ? [lethe, ...others] : [...others, lethe]) {
        await contestant.step();
        await pause(SETTLE);
      }
    }
    for (const contestant of [lethe, ...pytorch.map((each) => each.contestant)]) await contestant.end();
    const timed = pytorch
      .map(({ format, contestant }) => ({ format, pytorch: contestant.reports.slice(warmUp) }))
      .sort((a, b) => medianTime(a.pytorch) - medianTime(b.pytorch));
    const first = pytorch[0]!.contestant;
    return {
      name,
      versions: JSON.parse(first.greeting.join('')) as Record<string, string>,
      losses: lethe.reports.slice(0, warmUp).map(({ loss }, i) => ({ lethe: loss, pytorch: first.reports[i]!.loss })),
      lethe: lethe.reports.slice(warmUp),
      ...timed[0]!,
      slower: timed[1],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
