import type { DeviceReport } from '../domain';

/** What this machine computes on. */
export function describeDevices(): DeviceReport[] {
  return [{ name: 'CPU', available: true, description: 'this machine', hint: null }];
}
