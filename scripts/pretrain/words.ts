/** The ten classes of CIFAR-10, in alphabetical order, as its folders are named. */
export const FINE_WORDS = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

export const COARSE_WORDS = ['animal', 'vehicle'] as const;

const VEHICLES: readonly string[] = ['airplane', 'automobile', 'ship', 'truck'];

/** Index into COARSE_WORDS of the group that a class (index into FINE_WORDS) belongs to. */
export function coarseOf(fine: number): number {
  return VEHICLES.includes(FINE_WORDS[fine]!) ? 1 : 0;
}
