import { dot } from '../metrics';
import type { Embedded } from './attack';

/** Zero-shot probabilities of an image over all classes: softmax(s cos). */
export function probabilities(
  image: Float32Array,
  { classifier, scale }: Pick<Embedded, 'classifier' | 'scale'>,
): number[] {
  const logits = classifier.map((prompt) => scale * dot(image, prompt));
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Logarithms stay finite. */
const TINY = 1e-12;
const log = (p: number) => Math.log(Math.max(p, TINY));

/** The logarithm of the probability of the image's own class. */
export const logConfidence = (p: readonly number[], label: number): number => log(p[label]!);

/** - sum p log p, in nats. */
export const entropy = (p: readonly number[]): number => -p.reduce((sum, each) => sum + each * log(each), 0);

/** - (1 - p_y) log p_y - sum over the other classes of p_i log(1 - p_i); Song and Mittal 2021, section 3.2. */
export const modifiedEntropy = (p: readonly number[], label: number): number =>
  -p.reduce((sum, each, i) => sum + (i === label ? (1 - each) * log(each) : each * log(1 - each)), 0);
