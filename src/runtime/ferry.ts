import { forward, lower, parameter, type StateSpec } from '../engine';
import { compile, type SessionOptions } from './compile';
import type { InferenceSession, Tensor } from './onnxruntime';

export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * Moves state between host and device, by running a program that copies it: this binding cannot create device tensors, and reading one with
 * `getData()` aborts the process.
 */
export class Ferry {
  private readonly sessions = new Map<boolean, Promise<InferenceSession>>();
  private readonly model: ReturnType<typeof lower>;

  constructor(
    state: readonly StateSpec[],
    private readonly options: SessionOptions,
  ) {
    this.model = lower(forward(Object.fromEntries(state.map(({ name, shape }) => [name, parameter(name, shape)]))));
  }

  /** The whole state, wherever each part is, as device tensors. */
  upload(values: Tensors): Promise<Tensors> {
    return this.copy(values, true);
  }

  /** The whole state, wherever each part is, as tensors that can be read. */
  download(values: Tensors): Promise<Tensors> {
    return this.copy(values, false);
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).release();
    this.sessions.clear();
  }

  private async copy(values: Tensors, resident: boolean): Promise<Tensors> {
    const { bytes, outputs } = this.model;
    const session = this.sessions.get(resident) ?? compile(bytes, this.options, resident ? outputs.values() : []);
    this.sessions.set(resident, session);
    const results = await (await session).run(values);
    return Object.fromEntries([...outputs].map(([name, output]) => [name, results[output] as Tensor]));
  }
}
