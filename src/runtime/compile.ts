import { DEVICES, type Device, DeviceUnavailable, type StatePolicy } from './device';
import { InferenceSession } from './onnxruntime';

export interface SessionOptions {
  device?: Device;
  /** Intra-op threads; all cores unless told. The count is part of what makes results bit-identical. */
  threads?: number;
  /** Prefix of the file to which ONNX Runtime writes what each operator took, when the session is disposed of. */
  profile?: string;
  /** Where state lives between runs; the device's own policy unless told. */
  state?: StatePolicy;
  /** Whether the processor's own convolution operators may be used (docs/decisions); they are where they work, unless told not to. */
  fastConvolution?: boolean;
}

/** What a program's own size decides. */
interface Memory {
  /**
   * Whether memory is kept from run to run. Without it, the system takes pages back and clears them again, tens of thousands a step, on one thread
   * (measured: up to an eighth of a small model's processor time). A large model it costs memory and saves nothing.
   */
  readonly arena: boolean;
}

/** What ONNX Runtime says of a provider that cannot start, and what it means. The first that fits counts. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library/, 'its library is not installed'],
  [/CUDA driver version is insufficient/, 'the NVIDIA driver is too old for it'],
  [/no CUDA-capable device|cudaErrorNoDevice|CUDA failure 100/, 'there is no NVIDIA GPU'],
  [/Failed to get a WebGPU adapter|No supported adapters/, 'no graphics driver offers an adapter'],
  [/WebGPU[\s\S]*RequestDevice/, 'the graphics driver lacks what WebGPU needs'],
  [/backend not found|not supported in this build/i, 'this build of ONNX Runtime does not have it'],
];

/** Makes a native session; the outputs named in `resident` stay on the device. Throws DeviceUnavailable when the device cannot be had. */
export async function compile(
  bytes: Uint8Array,
  { device = 'CPU', threads, profile }: SessionOptions,
  resident: Iterable<string> = [],
  { arena }: Memory = { arena: true },
): Promise<InferenceSession> {
  const kept = [...resident];
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: [DEVICES[device].provider],
      // measured: parallel mode is 1.6x slower, memory patterns cost a copy of every activation
      executionMode: 'sequential',
      enableMemPattern: false,
      enableCpuMemArena: arena,
      // idle threads that wait in a loop take the cores from the next session, and from everyone else (measured: up to 1.4x slower)
      extra: {
        session: { intra_op: { allow_spinning: '0' } },
        // (1 / x) y would become y / x where nothing else reads 1 / x: a step would round as its number of weights decides
        optimization: { disable_specified_optimizers: 'DivMulFusion' },
      },
      graphOptimizationLevel: 'basic',
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(kept.length > 0 && { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])) }),
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (error) {
    const { message } = error as Error;
    const reason = REASONS.find(([pattern]) => pattern.test(message));
    if (device === 'CPU' || !reason) throw error;
    throw new DeviceUnavailable(device, reason[1]);
  }
}
