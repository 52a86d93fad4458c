import type { SplitProgram } from '../engine';
import { type JointUpdate, joined, operandsOf, statesOf } from './joint-update';
import type { Tensor } from './onnxruntime';
import { Stretches } from './stretches';
import { dataOf, Strip } from './strip';

/** Weights of at least this many elements are updated by themselves; a call for each smaller one would cost more than the update (measured). */
const LARGE_WEIGHT = 2 ** 18;

interface State {
  readonly names: readonly string[];
  readonly written: boolean;
  /** Where the members' values lie; undefined until they are known, and after others were given them. */
  strip?: Strip;
}

interface Operand {
  readonly names: readonly string[];
  /** Where the body writes the members' values; undefined where there is but one. */
  readonly strip?: Strip;
}

interface Task {
  readonly update: JointUpdate;
  readonly state: readonly State[];
  readonly operands: readonly Operand[];
}

/**
 * Moves the state that is updated apart from the step's graph, in place. Small weights that are updated alike lie in one array, as do their gradients and
 * moments, and are moved as one. Arrays that anyone else holds, because they were loaded or handed out, are copied and never written.
 */
export class Updater {
  private readonly tasks: readonly Task[];
  private readonly places = new Map<string, Tensor>();
  private readonly stretches = new Stretches();

  constructor(split: SplitProgram) {
    const { outputs } = split.body;
    this.tasks = joined(split, LARGE_WEIGHT).map((update) => ({
      update,
      state: statesOf(update),
      operands: operandsOf(update, split.body).map(({ names }) =>
        names.length === 1 ? { names } : { names, strip: Strip.zeros(names.map((name) => outputs[name]!.shape)) },
      ),
    }));
    for (const { names, strip } of this.operands())
      for (const [i, name] of names.entries())
        if (strip && !this.places.has(name)) this.places.set(name, strip.parts[i]!);
  }

  /** Where the body writes an operand; undefined for fresh memory. */
  place(operand: string): Tensor | undefined {
    return this.places.get(operand);
  }

  /** The array for a state that starts at zero; undefined for state that is not updated here. */
  zeros(name: string, shapeOf: (name: string) => readonly number[]): Tensor | undefined {
    for (const state of this.tasks.flatMap((task) => task.state)) {
      const at = state.names.indexOf(name);
      if (at < 0 || !state.written) continue;
      state.strip ??= Strip.zeros(state.names.map(shapeOf));
      return state.strip.parts[at]!;
    }
    return undefined;
  }

  /** Makes all updates. The next values are told update by update, so that what they replace can go before the next update takes memory. */
  run(
    present: (state: string) => Tensor,
    result: (operand: string) => Tensor,
    advance: (state: string, next: Tensor) => void,
  ): void {
    // the gradient of a large weight lies where the first step put it
    for (const { names, strip } of this.operands()) if (!strip) this.places.set(names[0]!, result(names[0]!));
    for (const { update, state, operands } of this.tasks) {
      const strips = state.map((each) => ({ ...each, strip: placed(each, present) }));
      this.stretches.run(update, {
        state: strips.map(({ strip, written }) => ({ whole: strip.whole, written })),
        operands: operands.map((operand) => gathered(operand, result)),
      });
      for (const { names, written, strip } of strips)
        if (written) for (const [i, name] of names.entries()) advance(name, strip.parts[i]!);
    }
  }

  /** From now on somebody else may hold the present values. */
  handOut(): void {
    for (const { state } of this.tasks) for (const each of state) if (each.written) each.strip = undefined;
  }

  private operands(): Operand[] {
    return this.tasks.flatMap(({ operands }) => operands);
  }
}

/** The strip of the present values: the one they lie in already, or else a copy. */
function placed(state: State, present: (state: string) => Tensor): Strip {
  const values = state.names.map(present);
  if (!state.strip?.has(values)) state.strip = state.written ? Strip.copyOf(values) : Strip.standingFor(values);
  return state.strip;
}

/** An operand's values in one array; what two updates read was written to the place of the first. */
function gathered({ names, strip }: Operand, result: (operand: string) => Tensor): Float32Array {
  if (!strip) return dataOf(result(names[0]!));
  for (const [i, name] of names.entries()) {
    const value = result(name);
    if (value !== strip.parts[i]) dataOf(strip.parts[i]!).set(dataOf(value));
  }
  return strip.whole;
}
