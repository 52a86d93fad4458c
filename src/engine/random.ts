/**
 * Counter-based random numbers: the value at a position depends only on (seed, stage, step), never on what was drawn before, so that a resumed
 * run draws what the undisturbed one would have drawn.
 */
export interface RandomStream {
  /** The next 32 random bits. */
  bits(): number;
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** The numbers 0..count-1 in random order (Fisher-Yates). */
  permutation(count: number): Int32Array;
}

export function randomStream(seed: number, stage: string | number, step = 0): RandomStream {
  const key = mix(mix(mix(0x9e3779b9, seed >>> 0), hash(String(stage))), step >>> 0);
  const key2 = mix(mix(key ^ 0x85ebca6b, Math.floor(seed / 2 ** 32) >>> 0), Math.floor(step / 2 ** 32) >>> 0);
  let counter = 0;
  let spare: number | undefined;
  const stream: RandomStream = {
    bits: () => {
      counter = (counter + 1) >>> 0;
      return mix(mix(key, counter), key2);
    },
    uniform: () => (stream.bits() >>> 5) * 2 ** -27 + (stream.bits() >>> 6) * 2 ** -53,
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - stream.uniform()));
      const angle = 2 * Math.PI * stream.uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    integer: (below) => Math.floor(stream.uniform() * below),
    permutation: (count) => {
      const order = Int32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const j = stream.integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
  return stream;
}

/** Murmur3's block step and finaliser on two words. */
function mix(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  let x = h ^ k;
  x = (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function hash(text: string): number {
  let h = text.length;
  for (const char of text) h = mix(h, char.codePointAt(0)!);
  return h;
}
