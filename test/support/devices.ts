import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Device, Probe } from '../../src/runtime';

const PROBE = join(__dirname, '../../src/runtime/probe.js');

/** What a device is on this machine, found in a process of its own: suites must be known before the first promise settles. */
function probeNow(device: Device): Probe {
  const script = `require(${JSON.stringify(PROBE)}).probe('${device}').then((found) => console.log(JSON.stringify(found)))`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

/** A suite that needs a device, a software driver of it included: says loudly when there is none. */
export function describeOnDevice(device: Device, name: string, body: () => void): void {
  const { available, reason } = probeNow(device);
  if (available) {
    describe(name, body);
    return;
  }
  const bar = '!'.repeat(78);
  process.stderr.write(
    `\n${bar}\n!! NOT TESTED on ${device}: ${name}\n!! ${reason}. docs/results/webgpu.md says how to run it on any machine.\n${bar}\n`,
  );
  describe.skip(name, body);
}
