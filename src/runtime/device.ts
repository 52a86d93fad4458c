import { listSupportedBackends } from 'onnxruntime-node';

/** Where a program can run. The table is all there is to know of a device: docs, probes and refusals follow from it. */
export const DEVICES = {
  CPU: {
    backend: 'cpu',
    about: 'Every machine. Weights are fed at each step without a copy.',
    install: 'nothing: it comes with onnxruntime-node',
  },
  CUDA: {
    backend: 'cuda',
    about: 'NVIDIA GPUs on Linux. The CUDA provider is a separate download.',
    install: 'run `npm run cuda:install` (needs an NVIDIA driver, CUDA 12 and cuDNN 9)',
  },
  WEBGPU: {
    backend: 'webgpu',
    about: 'Any GPU with a Vulkan, Metal or Direct3D 12 driver. State stays on the device.',
    install:
      'a Vulkan driver of the GPU (on Debian: libvulkan1 and mesa-vulkan-drivers, 25 or newer for the software one)',
  },
} as const satisfies Record<string, { backend: string; about: string; install: string }>;

export type Device = keyof typeof DEVICES;
export const DEVICE_NAMES = Object.keys(DEVICES) as Device[];

/** A device that was asked for by name and cannot be used on this machine. */
export class DeviceUnavailable extends Error {
  readonly code = 'DEVICE_UNAVAILABLE';

  constructor(
    readonly device: Device,
    reason: string,
  ) {
    super(
      `${device} is not available here: ${reason}. To use it, install ${DEVICES[device].install}; or ask for AUTO or CPU.`,
    );
  }
}

/** Whether the npm binary carries the device's backend at all. */
export function bundled(device: Device): boolean {
  return listSupportedBackends().some((backend) => backend.name === DEVICES[device].backend && backend.bundled);
}
