/**
 * Where a program's state lives between two runs. `fed`: on the host; inputs and outputs of each run (sessions start fast, and no model meets the
 * 2 GB limit of a file). `resident`: in device buffers, which cross the bus only when loaded or asked for. `compiled`: weights that no step
 * writes are part of the model, which the device keeps; the rest is fed.
 */
export type StatePolicy = 'fed' | 'resident' | 'compiled';

interface DeviceFacts {
  /** Name of ONNX Runtime's execution provider. */
  readonly provider: string;
  readonly about: string;
  /** What to do where it is missing. */
  readonly install: string;
  readonly state: StatePolicy;
}

/** Where a program can run. The table is all there is to know of a device: probes, refusals, reports and docs/devices.md follow from it. */
export const DEVICES = {
  CPU: {
    provider: 'cpu',
    about: 'The processor, on every machine.',
    install: 'nothing: it comes with onnxruntime-node',
    state: 'fed',
  },
  CUDA: {
    provider: 'cuda',
    about: 'NVIDIA GPUs on Linux; the provider is a separate download.',
    install: 'run `npm run cuda:install` (it needs an NVIDIA driver, CUDA 12 and cuDNN 9)',
    // this binding has no CUDA tensors: what is not in the model crosses the bus at each step
    state: 'compiled',
  },
  WEBGPU: {
    provider: 'webgpu',
    about: 'Any GPU with a Vulkan, Metal or Direct3D 12 driver.',
    install: "the GPU's Vulkan driver (on Debian: libvulkan1 and mesa-vulkan-drivers, 25 or newer)",
    state: 'resident',
  },
} as const satisfies Record<string, DeviceFacts>;

export type Device = keyof typeof DEVICES;
export const DEVICE_NAMES = Object.keys(DEVICES) as Device[];

/** A device that was asked for by name and cannot be used on this machine. */
export class DeviceUnavailable extends Error {
  override readonly name = 'DeviceUnavailable';
  readonly code = 'DEVICE_UNAVAILABLE';

  constructor(
    readonly device: Device,
    readonly reason: string,
  ) {
    super(`${device} is not available here: ${reason}. To use it: ${DEVICES[device].install}; or ask for AUTO or CPU.`);
  }
}
