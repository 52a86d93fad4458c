import type { GradientsByWeight, Weights } from 'lethe/method';

/** One weight tensor, as a place to unlearn at. */
export interface Layer {
  readonly name: string;
  readonly visual: boolean;
  /** Of the forget loss. */
  readonly gradient: Float32Array;
  /** ||g_f|| / ||θ||: how much the forget set depends on it. */
  readonly importance: number;
  /** |cos(g_f, g_r)|: how much the retain set would notice. */
  readonly alignment: number;
}

/** Not layers, by the released code: biases, embeddings and the logit scale. */
const SKIPPED = /bias|logit_scale|position|embedding/;

export function layersOf(original: Weights, forget: GradientsByWeight, retain: GradientsByWeight): Layer[] {
  return [...forget].flatMap(([name, gradient]) => {
    const other = retain.get(name);
    const importance = norm(gradient) / norm(original.get(name)!.data);
    if (SKIPPED.test(name) || !other || !(importance > 0) || !Number.isFinite(importance)) return [];
    return [
      { name, visual: name.startsWith('visual.'), gradient, importance, alignment: Math.abs(cosine(gradient, other)) },
    ];
  });
}

/** The layers that no other of their tower beats in both: more important and less aligned. */
export const pareto = (layers: readonly Layer[]): Layer[] =>
  layers.filter(
    (layer) =>
      !layers.some(
        (other) =>
          other.visual === layer.visual && other.importance > layer.importance && other.alignment < layer.alignment,
      ),
  );

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const norm = (a: Float32Array): number => Math.sqrt(dot(a, a));

const cosine = (a: Float32Array, b: Float32Array): number => dot(a, b) / Math.max(norm(a) * norm(b), 1e-6);
