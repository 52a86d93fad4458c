import { add, forward, parameter } from '../engine';
import { type Device, DeviceUnavailable } from './device';
import type { Verdict } from './probe';
import { Session } from './session';

/** Whether 1 + 1 comes back as 2, through state that takes the way a weight takes. */
async function attempt(device: Device): Promise<Verdict> {
  try {
    const session = await Session.create(forward({ two: add(parameter('one', [1]), 1) }), { device });
    session.loadState(new Map([['one', { shape: [1], data: Float32Array.of(1) }]]));
    const { two } = await session.run();
    return two?.[0] === 2
      ? { available: true, reason: null }
      : { available: false, reason: `1 + 1 came out as ${two?.[0]}` };
  } catch (error) {
    const { message } = error as Error;
    return {
      available: false,
      reason:
        error instanceof DeviceUnavailable ? error.reason : (message.split('\n')[0] ?? 'it failed without a word'),
    };
  }
}

// The parent names the device, hears one verdict, and ends the child.
if (require.main === module) {
  process.once('disconnect', () => process.exit(0));
  void attempt(process.argv[2] as Device).then((verdict) => process.send?.(verdict));
}
