import { lowerElementwise, type Program } from '../engine';

/** Elements updated in one go: all that is read and written of them stays in the processor's cache (measured). */
const STRETCH = 2 ** 13;

/** An elementwise update of any length, whose state is named 0, 1, ... and whose inputs x0, x1, ... */
export interface Elementwise {
  readonly elements: number;
  over(length: number): Program;
}

export interface UpdateArrays {
  readonly state: readonly { readonly whole: Float32Array; readonly written: boolean }[];
  /** Of as many elements as the state, or of one. */
  readonly operands: readonly Float32Array[];
}

/** Compiled code and its memory. */
interface Kernel {
  run(bytes: number): void;
  /** Where an array's present stretch lies, by the program's name of the array. */
  readonly windows: ReadonlyMap<string, Float32Array>;
}

/** Runs updates on the host, in place and stretch by stretch. Those that are alike share the compiled code. */
export class Stretches {
  private readonly byUpdate = new WeakMap<Elementwise, Kernel>();
  private readonly byCode = new Map<string, Kernel>();

  run(update: Elementwise, { state, operands }: UpdateArrays): void {
    const { run, windows } = this.kernelOf(update);
    const moved = state.map((each, i) => ({ ...each, window: windows.get(String(i))! }));
    const read: { whole: Float32Array; window: Float32Array }[] = [...moved];
    for (const [i, whole] of operands.entries()) {
      const window = windows.get(`x${i}`)!;
      if (window.length === 1) window.set(whole);
      else read.push({ whole, window });
    }
    for (let from = 0; from < update.elements; from += STRETCH) {
      const length = Math.min(STRETCH, update.elements - from);
      for (const { whole, window } of read) window.set(whole.subarray(from, from + length));
      run(length * Float32Array.BYTES_PER_ELEMENT);
      for (const { whole, written, window } of moved) if (written) whole.set(window.subarray(0, length), from);
    }
  }

  private kernelOf(update: Elementwise): Kernel {
    const known = this.byUpdate.get(update);
    if (known) return known;
    const program = update.over(STRETCH);
    const { bytes, offsets } = lowerElementwise(program, STRETCH);
    const code = Buffer.from(bytes).toString('latin1');
    const kernel = this.byCode.get(code) ?? kernelFrom(bytes, program, offsets);
    this.byCode.set(code, kernel);
    this.byUpdate.set(update, kernel);
    return kernel;
  }
}

function kernelFrom(
  bytes: Uint8Array<ArrayBuffer>,
  { state, inputs }: Program,
  offsets: ReadonlyMap<string, number>,
): Kernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { buffer } = exports.memory as WebAssembly.Memory;
  const windowOf = ({ name, shape }: { name: string; shape: readonly number[] }) =>
    [name, new Float32Array(buffer, offsets.get(name)!, shape[0] ?? 1)] as const;
  return { run: exports.run as Kernel['run'], windows: new Map([...state, ...inputs].map(windowOf)) };
}
