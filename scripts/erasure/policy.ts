/**
 * What this workflow asks of a result. It is about the link between images and words, which the method of the demo breaks; the shipped
 * policy `default` also asks that the image tower itself has forgotten, which takes another method or training anew (docs/evidence.md).
 */
export const policy = {
  name: 'words and members',
  reasons:
    'The model in production answers with words only: those of the forgotten class may not come back under any prompt, its training images may not stand out, and the rest has to stay.',
  thresholds: [
    {
      name: 'no prompt brings the class back',
      attack: 'PARAPHRASES',
      key: 'largest',
      atMost: 0.25,
      relativeTo: 'ORIGINAL',
    },
    { name: 'training images do not stand out', attack: 'MEMBERSHIP_INFERENCE', key: 'auc', atMost: 0.7 },
    { name: 'the rest is left', attack: 'RETAIN_DRIFT', key: 'accuracy', atLeast: 0.9, relativeTo: 'ORIGINAL' },
  ],
};
