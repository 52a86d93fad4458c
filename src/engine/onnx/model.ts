import type { DType, TensorType } from '../tensor';
import { Message } from './protobuf';

/** Opset 17 is the first with LayerNormalization; IR version 8 is what it came with. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const OPSET = 17;
const IR_VERSION = 8;
const ELEMENT_TYPE: Record<DType, number> = { float32: 1, int64: 7, bool: 9 };

export type OnnxAttribute = number | readonly number[] | string | { float: number };

/** Collects the nodes and initialisers of one ONNX graph. Values are named by the caller or by a counter. */
export class OnnxGraph {
  private readonly graph = new Message();
  private readonly shared = new Map<string, string>();
  private readonly produced = new Set<string>();
  private readonly domains = new Set<string>();
  private values = 0;

  /**
   * Adds a node with `outputs` results and returns their names; an empty input name is an absent optional one. Operators that are not ONNX's own are
   * written as `Type@domain`.
   */
  node(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, outputs = 1): string[] {
    const names = Array.from({ length: outputs }, () => `%${this.values++}`);
    this.named(type, inputs, names, attributes);
    return names;
  }

  /** Adds a node whose results have given names. */
  named(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, OnnxAttribute> = {},
  ): void {
    const node = new Message();
    for (const name of inputs) node.text(1, name);
    for (const name of outputs) {
      node.text(2, name);
      this.produced.add(name);
    }
    const [operator, domain] = type.split('@') as [string, string | undefined];
    node.text(4, operator);
    if (domain) {
      node.text(7, domain);
      this.domains.add(domain);
    }
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.graph.message(1, node);
  }

  /** Whether the value is a node's result, rather than an input or a constant. */
  produces(name: string): boolean {
    return this.produced.has(name);
  }

  /** A list of int64 as an operand (shapes, axes), stored once for each distinct list. */
  integers(values: readonly number[]): string {
    return this.literal({ shape: [values.length], dtype: 'int64' }, values);
  }

  /** A constant as an operand, stored once for each distinct value. */
  literal(type: TensorType, data: ArrayLike<number>): string {
    const bytes = raw(type.dtype, data);
    const key = `${type.dtype}[${type.shape}]${Buffer.from(bytes).toString('latin1')}`;
    const known = this.shared.get(key);
    if (known) return known;
    const name = `%${this.values++}`;
    this.graph.message(5, tensorProto(name, type, bytes));
    this.shared.set(key, name);
    return name;
  }

  /** A named constant, for weights that are part of the model. */
  initialiser(name: string, shape: readonly number[], data: Float32Array): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.graph.message(5, tensorProto(name, { shape, dtype: 'float32' }, bytes));
  }

  input(name: string, type: TensorType): void {
    this.graph.message(11, valueInfo(name, type));
  }

  output(name: string, type: TensorType): void {
    this.graph.message(12, valueInfo(name, type));
  }

  /** The bytes of the ModelProto. */
  finish(name: string): Uint8Array {
    const model = new Message().integer(1, IR_VERSION).text(2, 'lethe').message(7, this.graph.text(2, name));
    const versions = new Map([['', OPSET], ...[...this.domains].map((domain) => [domain, 1] as const)]);
    for (const [domain, version] of versions) model.message(8, new Message().text(1, domain).integer(2, version));
    return model.finish();
  }
}

function attribute(name: string, value: OnnxAttribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return message.text(4, value).integer(20, 3);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  return message.integers(8, value).integer(20, 7);
}

const tensorProto = (name: string, { shape, dtype }: TensorType, bytes: Uint8Array): Message =>
  new Message().integers(1, shape).integer(2, ELEMENT_TYPE[dtype]).text(8, name).bytes(9, bytes);

function valueInfo(name: string, { shape, dtype }: TensorType): Message {
  const dimensions = new Message();
  for (const extent of shape) dimensions.message(1, new Message().integer(1, extent));
  const type = new Message().integer(1, ELEMENT_TYPE[dtype]).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, type));
}

function raw(dtype: DType, data: ArrayLike<number>): Uint8Array {
  const array = {
    float32: () => Float32Array.from(data),
    int64: () => BigInt64Array.from(Array.from(data, BigInt)),
    bool: () => Uint8Array.from(data),
  }[dtype]();
  return new Uint8Array(array.buffer);
}
