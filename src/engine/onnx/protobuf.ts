/**
 * A writer for the protocol buffer wire format (https://protobuf.dev/programming-guides/encoding), as far as ONNX models need it. Messages are
 * nested lists of chunks, joined once at the end, so that no tensor's bytes are copied twice.
 */
export class Message {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;

  integer(field: number, value: number | bigint): this {
    return this.push(varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, BigInt(value))));
  }

  float(field: number, value: number): this {
    return this.push(varint((BigInt(field) << 3n) | 5n), new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.push(varint((BigInt(field) << 3n) | 2n), varint(BigInt(value.length)), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: Message): this {
    this.push(varint((BigInt(field) << 3n) | 2n), varint(BigInt(value.length)));
    // one by one: the chunks of a large model are more than a call takes arguments
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  integers(field: number, values: Iterable<number | bigint>): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.chunks, this.length);
  }

  private push(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.chunks.push(chunk);
      this.length += chunk.length;
    }
    return this;
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
