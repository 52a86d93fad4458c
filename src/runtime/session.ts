import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type LoweredModel, lower, type Program, size, type Weights } from '../engine';
import type { Device } from './device';

type Data = Float32Array | BigInt64Array;

export interface SessionOptions {
  device?: Device;
  /** Intra-op threads; all cores unless told. The count is part of what makes results bit-identical. */
  threads?: number;
}

/** A compiled program with its state. One call of `run` is one step: it reads the feeds and the state, and leaves the state advanced. */
export class Session {
  private readonly values = new Map<string, Tensor>();

  private constructor(
    readonly program: Program,
    private readonly model: LoweredModel,
    private readonly native: InferenceSession,
  ) {
    for (const { name, shape, initial } of program.state) {
      if (initial === 'zeros') this.values.set(name, new Tensor('float32', new Float32Array(size(shape)), shape));
    }
  }

  static async create(program: Program, { device = 'CPU', threads }: SessionOptions = {}): Promise<Session> {
    const model = lower(program);
    const native = await InferenceSession.create(model.bytes, {
      executionProviders: [device.toLowerCase()],
      // measured: parallel mode is 1.6x slower, memory patterns cost a copy of every activation
      executionMode: 'sequential',
      enableMemPattern: false,
      graphOptimizationLevel: 'basic',
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // vanishing Adam moments would be denormal, which this processor's arithmetic computes tens of times slower
      extra: { session: { set_denormal_as_zero: '1' } },
    });
    return new Session(program, model, native);
  }

  /** Identifies the compiled graph. */
  get digest(): string {
    return this.model.digest;
  }

  /** Sets the state by name; names that the program does not have are ignored, so that one checkpoint serves many programs. Throws on a wrong size. */
  loadState(weights: Weights): void {
    for (const { name, shape } of this.program.state) {
      const value = weights.get(name);
      if (!value) continue;
      if (value.data.length !== size(shape)) {
        throw new Error(`state '${name}' has ${value.data.length} values, the program takes [${shape.join(',')}]`);
      }
      this.values.set(name, new Tensor('float32', value.data, shape));
    }
  }

  /** Runs the program once. Throws when an input or a weight was not given. */
  async run(feeds: Readonly<Record<string, Data>> = {}): Promise<Record<string, Data>> {
    const bound: Record<string, Tensor> = {};
    for (const { name, shape, dtype } of this.program.inputs) {
      const data = feeds[name];
      if (!data) throw new Error(`input '${name}' was not fed`);
      if (data.length !== size(shape))
        throw new Error(`input '${name}' has ${data.length} values, the program takes [${shape.join(',')}]`);
      bound[name] =
        dtype === 'int64'
          ? new Tensor('int64', data as BigInt64Array, shape)
          : new Tensor('float32', data as Float32Array, shape);
    }
    for (const { name } of this.program.state) {
      const value = this.values.get(name);
      if (!value) throw new Error(`state '${name}' was not loaded`);
      bound[name] = value;
    }
    const results = await this.native.run(bound);
    for (const [name, output] of this.model.next) this.values.set(name, results[output] as Tensor);
    return Object.fromEntries([...this.model.outputs].map(([name, output]) => [name, results[output]!.data as Data]));
  }

  /** The whole state by name: weights, frozen ones too, and optimiser moments. The arrays are the session's own until its next run. */
  state(): Weights {
    return new Map(
      [...this.values].map(([name, value]) => [name, { shape: value.dims, data: value.data as Float32Array }]),
    );
  }

  async dispose(): Promise<void> {
    await this.native.release();
    this.values.clear();
  }
}
