import type { Policy, Threshold } from './policy.entity';
import { protocolOf } from './protocol';

const line = (
  name: string,
  attack: Threshold['attack'],
  key: string,
  rest: Partial<Omit<Threshold, 'name' | 'attack' | 'key'>>,
): Threshold => ({ name, attack, key, atMost: null, atLeast: null, relativeTo: null, when: 'ALWAYS', ...rest });

/**
 * What Lethe ships. Change a number and it becomes the next version; docs/evidence.md has the reasons at length and what it cannot show.
 */
export const DEFAULT_POLICY: Pick<Policy, 'name' | 'reasons' | 'thresholds' | 'protocol'> = {
  name: 'default',
  reasons: [
    'Zero-shot accuracy on the forgotten classes is at most a quarter of what it was, under the prompt that brings back most.',
    'Forget images cannot be told from unseen ones of their classes: an AUC of 0.6 is what an attacker gets who is right in 6 of 10 pairs.',
    'A probe of the image embeddings and retrieval by a forgotten image must find clearly less than with the original, or about what they find with a model that never saw the images.',
    'Training on what was kept brings back less than half; a few forget images need at least half the steps that a retrained model needs, or thirty where there is none.',
    'At least nine tenths of the accuracy on everything else is left.',
  ].join(' '),
  thresholds: [
    line('the forgotten classes are not answered with', 'PARAPHRASES', 'largest', {
      atMost: 0.25,
      relativeTo: 'ORIGINAL',
    }),
    line('forget images look like unseen ones', 'MEMBERSHIP_INFERENCE', 'auc', { atMost: 0.6 }),
    line('forget images are to it what they are to a retrained one', 'RMIA', 'auc', {
      atMost: 0.6,
      atLeast: 0.4,
      when: 'WITH_RETRAINED',
    }),
    line('the image tower does not tell them from others', 'LINEAR_PROBE', 'recall', {
      atMost: 0.75,
      relativeTo: 'ORIGINAL',
      when: 'WITHOUT_RETRAINED',
    }),
    line('the image tower tells them as a retrained one does', 'LINEAR_PROBE', 'auc', {
      atMost: 1.1,
      relativeTo: 'RETRAINED',
    }),
    // Nearer to 1, the intervals of both sides reach the bound even at 500 images, and a model that forgot nothing could not fail.
    line('they do not lie together', 'IMAGE_LEAK', 'P@10', {
      atMost: 0.75,
      relativeTo: 'ORIGINAL',
      when: 'WITHOUT_RETRAINED',
    }),
    line('they lie together as in a retrained model', 'IMAGE_LEAK', 'P@10', { atMost: 1.25, relativeTo: 'RETRAINED' }),
    line('training on the rest does not bring them back', 'RELEARN_RETAIN', 'recovered', { atMost: 0.5 }),
    line('a few images do not bring them back at once', 'RELEARN_FORGET', 'steps', {
      atLeast: 30,
      when: 'WITHOUT_RETRAINED',
    }),
    line('a few images bring them back no sooner than to a retrained model', 'RELEARN_FORGET', 'steps', {
      atLeast: 0.5,
      relativeTo: 'RETRAINED',
    }),
    line('the rest is left', 'RETAIN_DRIFT', 'accuracy', { atLeast: 0.9, relativeTo: 'ORIGINAL' }),
  ],
  protocol: protocolOf(),
};
