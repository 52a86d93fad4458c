import { logitsPerImage } from '../../clip';
import { parameter, type Tensor, transpose } from '../../engine';
import type { ClipOutput, Objective, SetName, Training } from '..';
import type { Method } from '../method';
import { resolveParameters } from '../parameters';

/** What a method of one phase hands to `train`, for given parameters: its loss as a function, and how it is minimised. */
export async function objectiveOf(
  method: Method,
  given: Readonly<Record<string, unknown>> = {},
): Promise<{ objective: Objective<SetName>; training: Training }> {
  const resolved = resolveParameters(method.params, method.presets ?? {}, given);
  if (!resolved.ok) throw new Error(resolved.refusals.map(({ message }) => message).join('; '));
  let found: { objective: Objective<SetName>; training: Training } | undefined;
  await method.run({
    params: resolved.values,
    train: async (_stage, objective, training) => {
      found = { objective, training };
      return { steps: 0 };
    },
    evaluate: async () => ({}),
    assign: async () => {},
  });
  if (!found) throw new Error(`${method.name} trains nothing`);
  return found;
}

/**
 * A model's output whose features are parameters of the graph, so that a loss can be checked against another
 * implementation without a model: `<name>.image` [B, D], `<name>.text` [B, D], `<name>.scale` [].
 */
export function outputOf(name: string, batch: number, dim: number): ClipOutput {
  const imageFeatures = parameter(`${name}.image`, [batch, dim]);
  const textFeatures = parameter(`${name}.text`, [batch, dim]);
  const logitScale = parameter(`${name}.scale`, []);
  const logits = logitsPerImage(imageFeatures, textFeatures, logitScale);
  return {
    imageFeatures,
    textFeatures,
    logitScale,
    logitsPerImage: logits,
    logitsPerText: transpose(logits),
    get classLogits(): Tensor {
      throw new Error('features alone have no class prompts');
    },
    get labels(): Tensor {
      throw new Error('features alone have no labels');
    },
  };
}
