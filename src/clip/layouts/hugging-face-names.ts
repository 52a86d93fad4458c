import type { ClipConfig } from '../config';
import type { PartsOf, StoredPart } from './layout';

/** The parts of a transformer block that only change their name. */
const BLOCK: Record<string, string> = {
  'attn.out_proj': 'self_attn.out_proj',
  ln_1: 'layer_norm1',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
  ln_2: 'layer_norm2',
};

const WHOLE: Record<string, StoredPart> = {
  logit_scale: { name: 'logit_scale' },
  text_projection: { name: 'text_projection.weight', transposed: true },
  positional_embedding: { name: 'text_model.embeddings.position_embedding.weight' },
  'token_embedding.weight': { name: 'text_model.embeddings.token_embedding.weight' },
  'ln_final.weight': { name: 'text_model.final_layer_norm.weight' },
  'ln_final.bias': { name: 'text_model.final_layer_norm.bias' },
  'visual.proj': { name: 'visual_projection.weight', transposed: true },
  'visual.class_embedding': { name: 'vision_model.embeddings.class_embedding' },
  'visual.conv1.weight': { name: 'vision_model.embeddings.patch_embedding.weight' },
  'visual.positional_embedding': { name: 'vision_model.embeddings.position_embedding.weight' },
  // The spelling is the library's own.
  'visual.ln_pre.weight': { name: 'vision_model.pre_layrnorm.weight' },
  'visual.ln_pre.bias': { name: 'vision_model.pre_layrnorm.bias' },
  'visual.ln_post.weight': { name: 'vision_model.post_layernorm.weight' },
  'visual.ln_post.bias': { name: 'vision_model.post_layernorm.bias' },
};

/**
 * Where `CLIPModel` of transformers stores each weight: q, k and v apart, projections transposed.
 * https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py
 */
export function huggingFaceParts(config: ClipConfig): PartsOf {
  if (config.family !== 'vit') throw new Error('CLIPModel has no ResNet image tower; write the OpenCLIP layout');
  return (weight) => parts(weight, weight.startsWith('visual.') ? config.image.width : config.text.width);
}

/** Where `CLIPTextModel` stores the text tower, of any CLIP; `CLIPTextModelWithProjection` has the projection beside it. */
export const huggingFaceTextParts =
  ({ text }: ClipConfig, withProjection: boolean): PartsOf =>
  (weight) =>
    parts(weight, text.width).filter(
      ({ name }) => name.startsWith('text_model.') || (withProjection && name === WHOLE.text_projection!.name),
    );

function parts(weight: string, width: number): readonly StoredPart[] {
  const whole = WHOLE[weight];
  if (whole) return [whole];
  const [, visual, index, rest] = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.+)$/.exec(weight) ?? [];
  // A ResNet's own weights have no place in this layout.
  if (!index || !rest) return [];
  const layer = `${visual ? 'vision' : 'text'}_model.encoder.layers.${index}.`;
  const inProjection = /^attn\.in_proj_(weight|bias)$/.exec(rest);
  if (inProjection)
    return ['q', 'k', 'v'].map((letter, i) => ({
      name: `${layer}self_attn.${letter}_proj.${inProjection[1]}`,
      rows: [i * width, (i + 1) * width] as const,
    }));
  const [, module, kind] = /^(.+)\.(weight|bias)$/.exec(rest) ?? [];
  return [{ name: `${layer}${BLOCK[module ?? '']}.${kind}` }];
}
