import {
  convolves,
  type LoweredModel,
  lower,
  overwritable,
  type Program,
  type SplitProgram,
  size,
  splitUpdates,
  type Weights,
} from '../engine';
import { compile, type SessionOptions } from './compile';
import { convolutionBlock } from './convolution-block';
import { DEVICES } from './device';
import { Ferry } from './ferry';
import { type InferenceSession, Tensor } from './onnxruntime';
import { StateBuffers } from './state-buffers';
import { Updater } from './updater';

type Data = Float32Array | BigInt64Array;

interface Compiled {
  readonly model: LoweredModel;
  readonly native: InferenceSession;
}

/** A compiled program with its state. One call of `run` is one step: it reads the feeds and the state, and leaves the state advanced. */
export class Session {
  private readonly values = new Map<string, Tensor>();
  /** Names of the state that is compiled into the model. */
  private readonly baked: ReadonlySet<string>;
  private readonly ferry: Ferry | undefined;
  private readonly buffers: StateBuffers | undefined;
  /** What one graph computes, and the updates that follow it. */
  private readonly split: SplitProgram;
  private readonly updater: Updater;
  private compiled: Promise<Compiled> | undefined;

  private constructor(
    readonly program: Program,
    private readonly options: SessionOptions,
  ) {
    const policy = options.state ?? DEVICES[options.device ?? 'CPU'].state;
    this.baked = policy === 'compiled' ? compilable(program) : new Set();
    this.ferry = policy === 'resident' && program.state.length > 0 ? new Ferry(program.state, options) : undefined;
    this.split = policy === 'fed' ? splitUpdates(program, SMALLEST_APART) : { body: program, updates: [] };
    this.buffers = policy === 'fed' ? new StateBuffers(overwritable(this.split.body)) : undefined;
    this.updater = new Updater(this.split);
    const shapes = new Map(program.state.map(({ name, shape }) => [name, shape]));
    for (const { name, shape, initial } of program.state) {
      if (initial !== 'zeros') continue;
      const apart = this.updater.zeros(name, (other) => shapes.get(other)!);
      const zeros = apart ?? new Tensor('float32', new Float32Array(size(shape)), shape);
      this.values.set(name, zeros);
      this.buffers?.advance(name, zeros, zeros);
    }
  }

  /** Throws DeviceUnavailable when the device cannot be had; where weights are compiled in, the first run does. */
  static async create(program: Program, options: SessionOptions = {}): Promise<Session> {
    const session = new Session(program, options);
    if (session.baked.size === 0) await session.ready();
    return session;
  }

  /** Sets the state by name; names that the program does not have are ignored, so that one checkpoint serves many programs. Throws on a wrong size. */
  loadState(weights: Weights): void {
    for (const { name, shape } of this.program.state) {
      const value = weights.get(name);
      if (!value) continue;
      if (value.data.length !== size(shape)) {
        throw new Error(`state '${name}' has ${value.data.length} values, the program takes [${shape.join(',')}]`);
      }
      const known = this.values.get(name);
      if (known?.location === 'cpu' && known.data === value.data) continue;
      this.replace(name, new Tensor('float32', value.data, shape));
      if (this.baked.has(name)) void this.forget();
    }
  }

  /** Runs the program once. Throws when an input or a weight was not given. */
  async run(feeds: Readonly<Record<string, Data>> = {}): Promise<Record<string, Data>> {
    const inputs = this.bind(feeds);
    const state = this.ferry ? await this.aboard(this.ferry) : this.all();
    const { model, native } = await this.ready();
    const fed = Object.entries(state).filter(([name]) => !this.baked.has(name));
    const results = await native.run({ ...inputs, ...Object.fromEntries(fed) }, this.targets(model));
    for (const [name, output] of model.next) this.advance(name, results[output] as Tensor);
    const present = (name: string) => this.values.get(name)!;
    const result = (operand: string) => results[model.outputs.get(operand)!] as Tensor;
    this.updater.run(present, result, (name, next) => this.advance(name, next));
    return Object.fromEntries(
      Object.keys(this.program.outputs).map((name) => [name, results[model.outputs.get(name)!]!.data as Data]),
    );
  }

  /** The whole state by name: weights, frozen ones too, and optimiser moments. Later runs leave these arrays as they are. */
  async state(): Promise<Weights> {
    this.buffers?.handOut();
    this.updater.handOut();
    const given = Object.fromEntries(this.values);
    const somewhereElse = [...this.values.values()].some(({ location }) => location !== 'cpu');
    const values = this.ferry && somewhereElse ? await this.ferry.download(given) : given;
    return new Map(
      Object.entries(values).map(([name, value]) => [name, { shape: value.dims, data: value.data as Float32Array }]),
    );
  }

  async dispose(): Promise<void> {
    // device buffers first: they belong to the sessions
    for (const name of [...this.values.keys()]) this.replace(name, undefined);
    await this.forget();
    await this.ferry?.dispose();
  }

  private bind(feeds: Readonly<Record<string, Data>>): Record<string, Tensor> {
    return Object.fromEntries(
      this.program.inputs.map(({ name, shape, dtype }) => {
        const data = feeds[name];
        if (!data) throw new Error(`input '${name}' was not fed`);
        const expected = dtype === 'int64' ? BigInt64Array : Float32Array;
        if (!(data instanceof expected)) throw new Error(`input '${name}' takes a ${expected.name}`);
        if (data.length !== size(shape))
          throw new Error(`input '${name}' has ${data.length} values, the program takes [${shape.join(',')}]`);
        return [
          name,
          data instanceof BigInt64Array ? new Tensor('int64', data, shape) : new Tensor('float32', data, shape),
        ];
      }),
    );
  }

  /** Where the run writes its results; null for fresh memory. */
  private targets({ outputs, next }: LoweredModel): Record<string, Tensor | null> {
    return Object.fromEntries([
      ...[...outputs].map(([name, output]) => [output, this.updater.place(name) ?? null] as const),
      ...[...next].map(
        ([name, output]) => [output, this.buffers?.target(name, this.values.get(name)!) ?? null] as const,
      ),
    ]);
  }

  /** The state that the graph reads. */
  private all(): Record<string, Tensor> {
    const missing = this.program.state.find(({ name }) => !this.values.has(name));
    if (missing) throw new Error(`state '${missing.name}' was not loaded`);
    return Object.fromEntries(this.split.body.state.map(({ name }) => [name, this.values.get(name)!]));
  }

  /** The state with all of it on the device; what was loaded since the last run is carried over. */
  private async aboard(ferry: Ferry): Promise<Record<string, Tensor>> {
    const state = this.all();
    if (Object.values(state).every(({ location }) => location !== 'cpu')) return state;
    for (const [name, value] of Object.entries(await ferry.upload(state))) this.replace(name, value);
    return this.all();
  }

  /** Takes the value that a step gave a state. */
  private advance(name: string, next: Tensor): void {
    this.buffers?.advance(name, this.values.get(name)!, next);
    this.replace(name, next);
  }

  private replace(name: string, value: Tensor | undefined): void {
    const old = this.values.get(name);
    if (old && old.location !== 'cpu') old.dispose();
    if (value) this.values.set(name, value);
    else this.values.delete(name);
  }

  private ready(): Promise<Compiled> {
    this.compiled ??= this.compile();
    return this.compiled;
  }

  private async compile(): Promise<Compiled> {
    const initialisers = new Map([...this.baked].map((name) => [name, this.values.get(name)!.data as Float32Array]));
    const { device = 'CPU', fastConvolution = true } = this.options;
    const { body } = this.split;
    const fast = device === 'CPU' && fastConvolution && convolves(body);
    const model = lower(body, { initialisers, convolutionBlock: fast ? await convolutionBlock() : undefined });
    const resident = this.ferry ? model.next.values() : [];
    return { model, native: await compile(model.bytes, this.options, resident, { arena: !trainsLarge(this.split) }) };
  }

  private async forget(): Promise<void> {
    const { compiled: forgotten } = this;
    this.compiled = undefined;
    const compiled = await forgotten?.catch(() => undefined);
    if (this.options.profile !== undefined) compiled?.native.endProfiling();
    await compiled?.native.release();
  }
}

/** Weights of at least this many elements are updated apart from the step's graph: all but scalars. */
const SMALLEST_APART = 2;

/** A program that trains with more elements of state than this takes fresh memory for every run. */
const LARGE_STATE = 2 ** 24;

const trainsLarge = ({ body, updates }: SplitProgram): boolean =>
  updates.length > 0 && body.state.reduce((total, { shape }) => total + size(shape), 0) > LARGE_STATE;

/** A model of more than this cannot be a protocol buffer, whose lengths are signed 32-bit integers. */
const LARGEST_MODEL = 2 ** 31 - 2 ** 26;

/** The weights that no step writes, unless they are too many for one model. */
function compilable({ state }: Program): Set<string> {
  const frozen = state.filter(({ next }) => !next);
  const bytes = frozen.reduce((total, { shape }) => total + 4 * size(shape), 0);
  return new Set(bytes < LARGEST_MODEL ? frozen.map(({ name }) => name) : []);
}
