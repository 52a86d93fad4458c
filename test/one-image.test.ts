import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SHIPPED_PLUGINS } from '../src/executor/plugins';
import type { Method } from '../src/method/method';
import { RunFailure } from '../src/trainer/stop';
import { TwoLayerClip } from './support/two-layer-clip';

/** A set of a single image is a poor one, not a broken one: a run of any method ends, or says in words why it cannot. */
const names = readdirSync(resolve(__dirname, '../../plugins'));
const methodOf = (name: string): Method => require(join(SHIPPED_PLUGINS, name)).default;

/** Enough to pass through every stage, whatever a method calls them. */
const FEW: Readonly<Record<string, unknown>> = {
  epochs: 1,
  forgetEpochs: 1,
  draws: 1,
  perClass: 1,
  iterations: 10,
  alignSteps: 1,
  remindSteps: 1,
  forgetSteps: 1,
  retainSteps: 1,
  points: 1,
  candidates: 1,
  steps: 1,
};
const fewOf = ({ params }: Method) => Object.fromEntries(Object.entries(FEW).filter(([name]) => name in params));

let clip: TwoLayerClip;
beforeAll(async () => {
  clip = await TwoLayerClip.taught();
}, 120_000);

test.each(names)('%s', async (name) => {
  const method = methodOf(name);
  const ended = await clip.unlearn(method, fewOf(method), { only: 1 }).then(
    () => 'ended',
    (error: unknown) => {
      expect(error).toBeInstanceOf(RunFailure);
      return (error as RunFailure).message;
    },
  );
  expect(ended).toMatch(/^ended$|the contrastive loss needs a batch of two pairs or more/);
});
