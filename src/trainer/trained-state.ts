import { averageOf, type Program, parameter, randomStream, type Weights, type WeightValue } from '../engine';
import type { Mask, Training } from '../method';
import { type Adapter, adaptersOf, factorOf, type Lora } from '../method/lora';
import type { RunContext } from './run-context';

/**
 * How a training's state stands for the model's weights: as they are, as averages over the steps, or as factors that are
 * merged into them.
 */
export class TrainedState {
  private readonly adapters: readonly Adapter[];

  constructor(
    private readonly context: RunContext,
    private readonly stage: string,
    private readonly training: Training,
  ) {
    this.adapters = training.lora ? adaptersOf(context.config, training.trainable) : [];
  }

  /** What the program's state begins with, beside optimiser moments, which are zero. */
  initial(program: Program): Weights {
    const { mask, averageFrom, lora } = this.training;
    const { weights, original } = this.context;
    const state: Weights = new Map([...weights, ...maskState(this.context, mask ?? new Map())]);
    for (const { name } of program.state) {
      const averaged = [...weights.keys()].find((weight) => averageOf(weight) === name);
      if (averaged) state.set(name, (averageFrom === 'stage' ? weights : original).get(averaged)!);
    }
    if (lora) for (const [name, value] of this.factors(lora)) state.set(name, value);
    return state;
  }

  /** The model's weights that a state of this program stands for: those that moved. */
  plain(program: Program, state: Weights): Weights {
    const { lora, average } = this.training;
    if (lora) return new Map(this.adapters.map((adapter) => [adapter.name, this.merged(adapter, lora, state)]));
    const names = program.state.filter(({ name, next }) => next && this.context.weights.has(name));
    return new Map(names.map(({ name }) => [name, state.get(average === undefined ? name : averageOf(name))!]));
  }

  /** As published: A uniform within 1 / sqrt(inputs), which is PyTorch's default for a linear layer, and B zero. */
  private *factors({ rank }: Lora): Generator<[string, WeightValue]> {
    for (const { name, inputs, outputs } of this.adapters) {
      const random = randomStream(this.context.seed, `${this.stage} ${factorOf.a(name)}`);
      const bound = inputs ** -0.5;
      const a = Float32Array.from({ length: rank * inputs }, () => (2 * random.uniform() - 1) * bound);
      yield [factorOf.a(name), { shape: [rank, inputs], data: a }];
      yield [factorOf.b(name), { shape: [outputs, rank], data: new Float32Array(outputs * rank) }];
    }
  }

  /** W + alpha / rank * B A, summed in float64. */
  private merged({ name, shape, inputs, outputs }: Adapter, { rank, alpha }: Lora, state: Weights): WeightValue {
    const weight = this.context.weights.get(name)!.data;
    const [a, b] = [state.get(factorOf.a(name))!.data, state.get(factorOf.b(name))!.data];
    const data = new Float32Array(weight.length);
    const row = new Float64Array(inputs);
    for (let o = 0; o < outputs; o++) {
      row.fill(0);
      for (let r = 0; r < rank; r++) {
        const factor = b[o * rank + r]!;
        for (let i = 0; i < inputs; i++) row[i]! += factor * a[r * inputs + i]!;
      }
      for (let i = 0; i < inputs; i++) data[o * inputs + i] = weight[o * inputs + i]! + (alpha / rank) * row[i]!;
    }
    return { shape, data };
  }
}

/** The masks as parameters of a step, by weight: state that no step writes. */
export const maskParameters = (context: RunContext, mask: Mask) =>
  new Map(shapesOf(context, mask).map(([name, shape]) => [name, parameter(maskOf(name), shape)]));

const maskOf = (name: string): string => `mask/${name}`;

const maskState = (context: RunContext, mask: Mask): Weights =>
  new Map(shapesOf(context, mask).map(([name, shape]) => [maskOf(name), { shape, data: mask.get(name)! }]));

const shapesOf = ({ weights }: RunContext, mask: Mask) =>
  [...mask.keys()].map((name) => [name, weights.get(name)!.shape] as const);
