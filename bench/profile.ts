import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES, type CaseName } from './cases';
import { Contestant } from './contestant';
import { prepare } from './prepare';

/** What all nodes of one operator cost in a step. */
export interface ProfileRow {
  readonly operator: string;
  readonly calls: number;
  readonly milliseconds: number;
  readonly share: number;
}

/** An entry of ONNX Runtime's profile, in the trace event format. */
interface TraceEvent {
  cat: string;
  name: string;
  /** Microseconds. */
  dur: number;
  args?: {
    op_name?: string;
    input_type_shape?: Record<string, number[]>[];
    output_type_shape?: Record<string, number[]>[];
  };
}

const STEPS = 4;

/** Runs a few steps under ONNX Runtime's profiler and adds up the time by operator; with `shapes`, by operator and operand shapes. */
export async function profile(name: CaseName, threads: number, { shapes = false } = {}): Promise<ProfileRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-profile-'));
  try {
    const { model } = await prepare(CASES[name], folder);
    const args = [join(__dirname, 'lethe.js'), name, model, String(threads), join(folder, 'trace')];
    const lethe = await Contestant.start(process.execPath, args, threads);
    for (let i = 0; i < STEPS; i++) await lethe.step();
    await lethe.end();
    const trace = readdirSync(folder).find((file) => file.startsWith('trace'));
    if (!trace) throw new Error('internal: ONNX Runtime wrote no profile');
    return summarise(JSON.parse(readFileSync(join(folder, trace), 'utf8')) as TraceEvent[], shapes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarise(events: readonly TraceEvent[], shapes: boolean): ProfileRow[] {
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  // the first step allocates
  const perStep = kernels.length / STEPS;
  const timed = kernels.slice(perStep);
  const total = timed.reduce((sum, { dur }) => sum + dur, 0);
  const groups = new Map<string, { calls: number; time: number }>();
  for (const { args, dur } of timed) {
    const of = (list: Record<string, number[]>[] = []) => list.map((t) => `[${Object.values(t)[0]}]`).join(' ');
    const operator = `${args?.op_name}${shapes ? ` ${of(args?.input_type_shape)} to ${of(args?.output_type_shape)}` : ''}`;
    const group = groups.get(operator) ?? { calls: 0, time: 0 };
    groups.set(operator, { calls: group.calls + 1, time: group.time + dur });
  }
  return [...groups]
    .map(([operator, { calls, time }]) => ({
      operator,
      calls: calls / (STEPS - 1),
      milliseconds: time / 1000 / (STEPS - 1),
      share: time / total,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
