import { createHash } from 'node:crypto';
import type { Program } from '../program';
import { applyRule, type Node, type Tensor, topological } from '../tensor';
import { OnnxGraph } from './model';
import { LOWERING } from './rules';

/** An ONNX model of a program, and which of its inputs and outputs carry what. */
export interface LoweredModel {
  readonly bytes: Uint8Array;
  /** Identifies the graph: equal programs lower to equal bytes. */
  readonly digest: string;
  /** The model's output for each of the program's outputs, by the program's name. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The model's output that becomes the next value of a state, by the state's name. */
  readonly next: ReadonlyMap<string, string>;
}

export interface LoweringOptions {
  /** Values of state that becomes part of the model. */
  readonly initialisers?: ReadonlyMap<string, Float32Array>;
  /** Channels in a block of the processor's fast convolution (8 or 16), whose operators are ONNX Runtime's own; plain ONNX unless told. */
  readonly convolutionBlock?: number;
}

/**
 * Lowers a program to one plain ONNX graph. Its state is graph inputs, unless told otherwise: sessions then start faster, and no model meets the
 * 2 GB limit of a file.
 */
export function lower(
  program: Program,
  { initialisers = new Map(), convolutionBlock: block }: LoweringOptions = {},
): LoweredModel {
  const graph = new OnnxGraph();
  for (const { name, ...type } of program.inputs) graph.input(name, type);
  for (const { name, shape } of program.state) {
    const value = initialisers.get(name);
    if (value) graph.initialiser(name, shape, value);
    else graph.input(name, { shape, dtype: 'float32' });
  }

  const written = program.state.filter((state) => state.next);
  const names = new Map<Node, readonly string[]>();
  const nameOf = (t: Tensor): string => names.get(t.node)![t.index]!;
  for (const node of topological([...Object.values(program.outputs), ...written.map((state) => state.next!)])) {
    names.set(node, applyRule(LOWERING, node, { graph, inputs: node.inputs.map(nameOf), block }));
  }

  const emitted = new Set<string>();
  // a result is a graph output under its own name; an input, a constant or a second name of one result needs a copy
  const emit = (value: Tensor): string => {
    const own = nameOf(value);
    const name = graph.produces(own) && !emitted.has(own) ? own : graph.node('Identity', [own])[0]!;
    emitted.add(name);
    graph.output(name, value);
    return name;
  };
  const outputs = new Map(Object.entries(program.outputs).map(([name, t]) => [name, emit(t)]));
  const next = new Map(written.map((state) => [state.name, emit(state.next!)]));
  const bytes = graph.finish('step');
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex'), outputs, next };
}
