import type { Node, Tensor } from '../tensor';

/** What is known of a tensor that no trainable weight reaches: the same in every step, or one stretch of axis 0 for each sample of a set. */
export type Fixed = { readonly set: null } | { readonly set: string; readonly samples: number };

export const SAME: Fixed = { set: null };

/** Asks what is known of an operand; undefined when it changes from step to step or mixes samples. */
export type Known = (operand: Tensor) => Fixed | undefined;

/**
 * Whether axis 0 of the node's result still consists of equal stretches, one a sample, each computed from that sample's stretches of the operands alone.
 * Only what is certain is said: an operation that is not listed mixes samples.
 */
export function keepsRows(node: Node, known: Known, samples: number): boolean {
  const type = node.outputs[0]!;
  if (type.shape.length === 0 || type.shape[0]! % samples !== 0) return false;
  const rows = (t: Tensor) => known(t)?.set !== null;
  const [x, y] = node.inputs as [Tensor, Tensor];
  const last = type.shape.length - 1;
  switch (node.op) {
    case 'neg':
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'reciprocal':
    case 'tanh':
    case 'sigmoid':
    case 'erf':
    case 'abs':
    case 'sign':
    case 'relu':
    case 'cast':
    case 'stopGradient':
    case 'averagePool':
    case 'upsample':
    case 'reshape':
      return true;
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'maximum':
    case 'minimum':
    case 'pow':
    case 'less':
    case 'greater':
    case 'equal':
    case 'where':
      return node.inputs.every((t) =>
        rows(t) ? t.shape.length === type.shape.length && t.shape[0] === type.shape[0] : everywhere(t, last + 1),
      );
    case 'transpose':
      return node.attributes.permutation[0] === 0;
    case 'slice':
      return node.attributes.starts[0] === 0 && node.attributes.ends[0] === x.shape[0];
    case 'pad':
      return node.attributes.before[0] === 0 && node.attributes.after[0] === 0;
    case 'reverse':
    case 'sum':
    case 'max':
      return !node.attributes.axes.includes(0);
    case 'argmax':
      return node.attributes.axis !== 0;
    case 'concat':
      return node.attributes.axis !== 0 && node.inputs.every((t) => rows(t) || everywhere(t, last + 1));
    case 'softmax':
    case 'logSoftmax':
      return last > 0;
    case 'layerNorm':
      return last > 0 && rows(x) && node.inputs.slice(1).every((t) => !rows(t));
    case 'gather':
      return rows(x) ? node.attributes.axis !== 0 && !rows(y) : node.attributes.axis === 0;
    case 'conv2d':
      return rows(x) && node.inputs.slice(1).every((t) => !rows(t));
    case 'matmul':
      if (!rows(x)) return false;
      if (x.shape.length === 2) return !node.attributes.transposeA && !rows(y) && y.shape.length === 2;
      return rows(y) ? y.shape.length === x.shape.length && y.shape[0] === x.shape[0] : y.shape.length === 2;
    default:
      return false;
  }
}

/** Whether a tensor without samples is read alike by all of them: it has no axis 0 in an operation of that rank, or one of extent 1, or was repeated along it. */
function everywhere(t: Tensor, rank: number): boolean {
  if (t.shape.length < rank || t.shape[0] === 1) return true;
  const source = t.node.op === 'broadcastTo' ? t.node.inputs[0]! : undefined;
  return source !== undefined && (source.shape.length < rank || source.shape[0] === 1);
}
