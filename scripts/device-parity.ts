import { TINY_CLIPS } from '../src/clip/testing/tiny-clips';
import { CASES } from '../src/engine/testing/primitive-cases';
import { DEVICE_NAMES, type Device } from '../src/runtime';
import { gradientDifference, primitiveDifference, stateDistance, train } from './device-parity/compare';

const STEPS = 5;
const CPU = { device: 'CPU', threads: 1 } as const;

/** Prints how far a device is from the float64 interpreter, and from the CPU after some training steps. */
async function main(device: Device): Promise<void> {
  const say = (what: string, difference: number, rest = '') =>
    console.log(`${what.padEnd(52)} ${difference.toExponential(1)} ${rest}`);

  let [worst, where] = [0, ''];
  let count = 0;
  for (const [name, cases] of Object.entries(CASES)) {
    for (const c of cases) {
      const difference = await primitiveDifference(c, { device });
      count += 1;
      if (difference > worst) [worst, where] = [difference, name];
    }
  }
  say(`${count} uses of primitives, with gradients: worst`, worst, where);

  for (const [name, config] of Object.entries(TINY_CLIPS)) {
    say(`tiny ${name}: worst gradient`, await gradientDifference(config, { device }));
    const [cpu, other] = [await train(config, STEPS, CPU), await train(config, STEPS, { device })];
    const losses = Math.max(...cpu.losses.map((loss, i) => Math.abs(other.losses[i]! / loss - 1)));
    say(`tiny ${name}: losses of ${STEPS} training steps`, losses);
    const milliseconds = `${other.millisecondsPerStep.toFixed(1)} ms a step, CPU ${cpu.millisecondsPerStep.toFixed(1)}`;
    say(`tiny ${name}: state after them`, stateDistance(other.weights, cpu.weights), milliseconds);
  }
}

const device = DEVICE_NAMES.find((name) => name === process.argv[2]);
if (!device) throw new Error(`say which device: ${DEVICE_NAMES.join(', ')}`);
void main(device).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
