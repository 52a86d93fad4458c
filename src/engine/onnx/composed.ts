import type { RuleTable } from '../tensor';
import type { Emission } from './rules';

export type Composable = 'batchNorm';

/** Primitives for which ONNX has an operator that not every device has, written with operators that every device has. */
export const COMPOSED: Pick<RuleTable<[emission: Emission], string[]>, Composable> = {
  batchNorm: (n, { graph, inputs }) => {
    const [x, weight, bias] = inputs as [string, string, string];
    const one = (type: string, operands: readonly string[]) => graph.node(type, operands)[0]!;
    const mean = (of: string) => graph.node('ReduceMean', [of], { axes: [0, 2, 3], keepdims: 1 })[0]!;
    const channels = n.outputs[1]!.shape[0]!;
    const perChannel = (of: string) => one('Reshape', [of, graph.integers([1, channels, 1, 1])]);
    const flat = (of: string) => one('Reshape', [of, graph.integers([channels])]);

    const centre = mean(x);
    const centred = one('Sub', [x, centre]);
    const variance = mean(one('Mul', [centred, centred]));
    const epsilon = graph.literal({ shape: [], dtype: 'float32' }, [n.attributes.epsilon]);
    const scale = one('Div', [perChannel(weight), one('Sqrt', [one('Add', [variance, epsilon])])]);
    return [one('Add', [one('Mul', [centred, scale]), perChannel(bias)]), flat(centre), flat(variance)];
  },
};
