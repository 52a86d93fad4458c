import { gradientDifference, primitiveDifference, stateDistance, train } from '../../scripts/device-parity/compare';
import { TINY_CLIPS } from '../../src/clip/testing/tiny-clips';
import { adam, input, matmul, mul, parameter, square, sub, sum, trainingStep } from '../../src/engine';
import { CASES } from '../../src/engine/testing/primitive-cases';
import { createSession } from '../../src/runtime';
import { describeOnDevice } from '../support/devices';

const GPU = { device: 'WEBGPU' } as const;

// a driver in software compiles each shader with LLVM
jest.setTimeout(600_000);

describeOnDevice('WEBGPU', 'WebGPU computes what the interpreter and the CPU do', () => {
  it.each(Object.entries(CASES))('%s and its gradients', async (_, cases) => {
    for (const c of cases) expect(await primitiveDifference(c, GPU)).toBeLessThan(2e-5);
  });

  it.each(Object.entries(TINY_CLIPS))('every gradient of a tiny %s', async (_, config) => {
    expect(await gradientDifference(config, GPU)).toBeLessThan(1e-4);
  });

  it.each(Object.entries(TINY_CLIPS))('five training steps of a tiny %s', async (_, config) => {
    const cpu = await train(config, 5, { device: 'CPU', threads: 1 });
    const gpu = await train(config, 5, GPU);
    for (const [i, loss] of cpu.losses.entries()) expect(Math.abs(gpu.losses[i]! / loss - 1)).toBeLessThan(1e-4);
    expect(stateDistance(gpu.weights, cpu.weights)).toBeLessThan(1e-4);
  });

  it('keeps the state on the device from step to step, and takes and gives it', async () => {
    const weight = parameter('w', [4, 4]);
    const loss = sum(square(sub(matmul(input('x', [4, 4]), weight), mul(weight, 2))));
    const program = trainingStep({ loss, trainable: [weight], optimiser: adam() });
    const start = { shape: [4, 4], data: Float32Array.from({ length: 16 }, (_, i) => Math.cos(i)) };
    const feeds = { x: Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)), learningRate: Float32Array.of(0.1) };
    const [whole, first, second] = [
      await createSession(program, GPU),
      await createSession(program, GPU),
      await createSession(program, GPU),
    ];
    for (const session of [whole, first]) session.loadState(new Map([['w', start]]));
    for (let i = 0; i < 4; i++) await whole.run(feeds);
    for (let i = 0; i < 2; i++) await first.run(feeds);
    const taken = await first.state();
    const copy = Float32Array.from(taken.get('w')!.data);
    await first.run(feeds);
    expect(taken.get('w')!.data).toEqual(copy);
    second.loadState(taken);
    for (let i = 0; i < 2; i++) await second.run(feeds);
    expect((await second.state()).get('w')!.data).toEqual((await whole.state()).get('w')!.data);
    for (const session of [whole, first, second]) await session.dispose();
  });
});
