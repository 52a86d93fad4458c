import type { Weights } from '../engine';
import type { Cost } from './messages';

/** What an attempt cost, at its end. @param startedAt by `performance.now()` */
export function costOf(startedAt: number, original: Weights, weights: Weights): Cost {
  return {
    seconds: (performance.now() - startedAt) / 1000,
    // maxRSS is in KiB.
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    updatedShare: updatedShare(original, weights),
  };
}

/** Elements that differ from the original's / all elements, statistics of normalisation layers included. */
export function updatedShare(original: Weights, weights: Weights): number {
  let updated = 0;
  let all = 0;
  for (const [name, { data }] of weights) {
    all += data.length;
    const before = original.get(name)!.data;
    if (before === data) continue;
    for (let i = 0; i < data.length; i++) if (data[i] !== before[i]) updated++;
  }
  return all > 0 ? updated / all : 0;
}
