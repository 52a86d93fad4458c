import { fork } from 'node:child_process';
import { join } from 'node:path';
import { DEVICE_NAMES, DEVICES, type Device } from './device';

/** What a device was found to be on this machine. */
export interface Probe {
  readonly device: Device;
  readonly available: boolean;
  /** Why it is not available, in plain words. */
  readonly reason: string | null;
  /** A graphics driver that computes on the processor: correct, and slower than CPU. */
  readonly software: boolean;
}

export type Verdict = Pick<Probe, 'available' | 'reason'>;

/** Fastest first. */
const PREFERENCE: readonly Device[] = ['CUDA', 'WEBGPU', 'CPU'];

const CHILD = join(__dirname, 'probe-child.js');

/** A driver that starts at all starts within a second; what takes longer hangs. */
const PATIENCE_MS = 20_000;

/** The Vulkan loader leaves these out when it is told to: Mesa's lavapipe and SwiftShader. */
const WITHOUT_SOFTWARE = { VK_LOADER_DRIVERS_DISABLE: '*lvp*,*lavapipe*,*swiftshader*' };

/**
 * Runs a tiny program on the device, in a process of its own: a driver that aborts or hangs costs nothing but its place in the list. This file
 * does not load ONNX Runtime, so that any process may probe.
 */
export async function probe(device: Device): Promise<Probe> {
  const verdict = await ask(device, {});
  const software = verdict.available && device === 'WEBGPU' && !(await ask(device, WITHOUT_SOFTWARE)).available;
  return { device, software, ...verdict };
}

/** Every device of the table, in its order. */
export const probeAll = (): Promise<Probe[]> => Promise.all(DEVICE_NAMES.map(probe));

/** What AUTO means where these were found: the fastest that works and is not a graphics driver in software. */
export function preferred(probes: readonly Probe[]): Device {
  const usable = probes.filter(({ available, software }) => available && !software).map(({ device }) => device);
  return PREFERENCE.find((device) => usable.includes(device)) ?? 'CPU';
}

/** For people: what the device is here, or what is missing and what to do about it. */
export function explain({ device, available, reason, software }: Probe): { description: string; hint: string | null } {
  const { about, install } = DEVICES[device];
  return {
    description: software ? `${about} Here it is a software driver, which AUTO leaves alone.` : about,
    hint: available ? null : `${reason}. To use it: ${install}`,
  };
}

function ask(device: Device, environment: NodeJS.ProcessEnv): Promise<Verdict> {
  const child = fork(CHILD, [device], {
    // ONNX Runtime and drivers write their own account of a failure to stderr
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve) => {
    const answer = (verdict: Verdict) => {
      clearTimeout(patience);
      resolve(verdict);
      child.kill('SIGKILL');
    };
    const refuse = (reason: string) => answer({ available: false, reason });
    const patience = setTimeout(() => refuse(`it did not answer within ${PATIENCE_MS / 1000} seconds`), PATIENCE_MS);
    child.once('message', (verdict: Verdict) => answer(verdict));
    child.once('error', ({ message }) => refuse(message));
    child.once('exit', (code, signal) =>
      refuse(`its driver ended the process that tried it (${signal ?? `exit code ${code}`})`),
    );
  });
}
