import type { Device } from '../runtime';
import type { Assignment } from './messages';

/** What sessions are made with: AUTO has become a device by then, so that the run's record names it. */
export function computeOf({ device, threads }: Pick<Assignment, 'device' | 'threads'>): {
  device: Device;
  threads: number;
} {
  return { device: device === 'AUTO' ? 'CPU' : device, threads };
}
