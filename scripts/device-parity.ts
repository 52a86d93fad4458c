import { TINY_CLIPS } from '../src/clip/testing/tiny-clips';
import { CASES } from '../src/engine/testing/primitive-cases';
import { DEVICE_NAMES, type Device } from '../src/runtime';
import { gradientDifference, primitiveDifference, stateDistance, train } from './device-parity/compare';

const STEPS = 5;
const CPU = { device: 'CPU', threads: 1 } as const;

function say(what: string, difference: number, rest = ''): void {
  console.log(`${what.padEnd(52)} ${difference.toExponential(1)} ${rest}`);
}

async function comparePrimitives(device: Device): Promise<void> {
  const cases = Object.entries(CASES).flatMap(([name, uses]) => uses.map((use) => [name, use] as const));
  let [worst, where] = [0, ''];
  for (const [name, use] of cases) {
    const difference = await primitiveDifference(use, { device });
    if (!(difference <= worst)) [worst, where] = [difference, name];
  }
  say(`${cases.length} uses of primitives, with gradients: worst`, worst, where);
}

async function compareModel(device: Device, name: keyof typeof TINY_CLIPS): Promise<void> {
  const config = TINY_CLIPS[name];
  say(`tiny ${name}: worst gradient`, await gradientDifference(config, { device }));
  const [cpu, other] = [await train(config, STEPS, CPU), await train(config, STEPS, { device })];
  const losses = Math.max(...cpu.losses.map((loss, i) => Math.abs(other.losses[i]! / loss - 1)));
  say(`tiny ${name}: losses of ${STEPS} training steps`, losses);
  const milliseconds = `${other.millisecondsPerStep.toFixed(1)} ms a step, CPU ${cpu.millisecondsPerStep.toFixed(1)}`;
  say(`tiny ${name}: state after them`, stateDistance(other.weights, cpu.weights), milliseconds);
}

const PARTS: Readonly<Record<string, (device: Device) => Promise<void>>> = {
  primitives: comparePrimitives,
  vit: (device) => compareModel(device, 'vit'),
  resnet: (device) => compareModel(device, 'resnet'),
};

/** Prints how far a device is from the float64 interpreter, and from the CPU after some training steps. */
async function main(device: Device, parts: readonly string[]): Promise<void> {
  for (const [name, part] of Object.entries(PARTS)) if (parts.length === 0 || parts.includes(name)) await part(device);
}

const device = DEVICE_NAMES.find((name) => name === process.argv[2]);
if (!device) throw new Error(`say which device: ${DEVICE_NAMES.join(', ')}`);
void main(device, process.argv.slice(3)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
