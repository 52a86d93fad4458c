import type { Device, DeviceReport } from '../domain';
import { explain, preferred, probeAll } from '../runtime/probe';

/** What this machine computes on, and what AUTO means on it. */
export interface Devices {
  readonly reports: DeviceReport[];
  readonly auto: Exclude<Device, 'AUTO'>;
}

/** Tries every device, each in a process of its own. */
export async function describeDevices(): Promise<Devices> {
  const probes = await probeAll();
  const reports = probes.map((probe) => ({ name: probe.device, available: probe.available, ...explain(probe) }));
  return { reports, auto: preferred(probes) };
}
