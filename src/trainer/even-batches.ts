/** 0..count-1 in order, in batches of at most `largest` whose sizes differ by one at most, the larger ones first. */
export function evenBatches(count: number, largest: number): number[][] {
  const batches = Math.ceil(count / largest);
  const small = Math.floor(count / batches);
  const larger = count % batches;
  let next = 0;
  return Array.from({ length: batches }, (_, i) => Array.from({ length: small + (i < larger ? 1 : 0) }, () => next++));
}
