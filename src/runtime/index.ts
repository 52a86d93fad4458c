import type { Program } from '../engine';
import type { SessionOptions } from './compile';
import { Session } from './session';

export type { SessionOptions } from './compile';
export { DEVICE_NAMES, DEVICES, type Device, DeviceUnavailable, type StatePolicy } from './device';
export { explain, type Probe, preferred, probe, probeAll } from './probe';
export { Session } from './session';

/** Compiles a program for a device, CPU unless told. Throws DeviceUnavailable. */
export const createSession = (program: Program, options?: SessionOptions): Promise<Session> =>
  Session.create(program, options);
