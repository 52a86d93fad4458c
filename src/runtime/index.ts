export { DEVICE_NAMES, DEVICES, type Device, DeviceUnavailable } from './device';
export { Session, type SessionOptions } from './session';

import type { Program } from '../engine';
import { Session, type SessionOptions } from './session';

export const createSession = (program: Program, options?: SessionOptions): Promise<Session> =>
  Session.create(program, options);
