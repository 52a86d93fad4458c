import { buildClip, type ClipConfig, logitsPerImage } from '../../clip';
import { forward, grad, input, l2norm, mul, type Program, softmax, sub, sum } from '../../engine';

/** Weight of an image's length in what synthesis ascends; released code. */
const DECAY = 1e-3;

/**
 * What a step of synthesis needs of B images: `gradient` [B, 3, S, S] of s cos(f(x), g(t_c)) - 1e-3 ||x|| and `probabilities`
 * [B, K] of the classes. Inputs: `pixels` [B, 3, S, S], `prompts` [K, D] and `target` [1, K], which is 1 at class c.
 */
export function likenessProgram(config: ClipConfig, images: number, classes: number): Program {
  const clip = buildClip(config);
  const { size } = config.image;
  const pixels = input('pixels', [images, 3, size, size]);
  const prompts = input('prompts', [classes, config.embedDim]);
  const logits = logitsPerImage(clip.encodeImage(pixels), prompts, clip.logitScale);
  const likeness = sum(mul(logits, input('target', [1, classes])), [-1]);
  const ascended = sum(sub(likeness, mul(DECAY, l2norm(pixels, [1, 2, 3]))));
  return forward({ gradient: grad(ascended, [pixels])[0]!, probabilities: softmax(logits) });
}
