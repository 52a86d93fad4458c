import { buildClip, contrastiveLoss } from '../src/clip';
import { adam, input, type Program, randomStream, trainingStep } from '../src/engine';
import type { Case } from './cases';

/** Adam as both engines run it. */
export const ADAM = { learningRate: 1e-5, betas: [0.9, 0.98], eps: 1e-6, weightDecay: 0.2 } as const;

/** One step of CLIP's own training: contrastive loss, gradients of the trainable weights, Adam. */
export function benchStep({ config, batch, trainable }: Case): Program {
  const clip = buildClip(config);
  const { size } = config.image;
  const images = clip.encodeImage(input('pixels', [batch, 3, size, size]));
  const texts = clip.encodeText(input('ids', [batch, config.text.contextLength], 'int64'));
  return trainingStep({
    loss: contrastiveLoss(images, texts, clip.logitScale),
    trainable: clip.parameters.filter(({ node }) => node.op === 'parameter' && trainable.test(node.attributes.name)),
    optimiser: adam(ADAM),
  });
}

/** Random normal pixels and random captions that fill half of the context, the same at every step. */
export function benchBatch({ config, batch }: Case) {
  const { size } = config.image;
  const { contextLength, vocabSize, startToken, eotToken } = config.text;
  const random = randomStream(1, 'bench batch');
  const pixels = Float32Array.from({ length: batch * 3 * size * size }, () => random.normal());
  const ids = new BigInt64Array(batch * contextLength).fill(BigInt(eotToken));
  for (let row = 0; row < batch; row++) {
    ids[row * contextLength] = BigInt(startToken);
    for (let at = 1; at < contextLength / 2; at++) {
      ids[row * contextLength + at] = BigInt(Math.floor(random.uniform() * (vocabSize - 2)));
    }
  }
  return { pixels, ids };
}
