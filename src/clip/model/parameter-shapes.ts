import type { ClipConfig, ModifiedResNetConfig, TransformerConfig, VisionTransformerConfig } from '../config';

/** Channels out of a bottleneck over channels within. */
export const EXPANSION = 4;

/** Pixels of the image a side of the last feature map's cell stands for. */
export const RESNET_REDUCTION = 32;

type Shapes = [name: string, shape: readonly number[]][];

/** BatchNorm's running statistics: kept with the weights, never trained. */
export const isBuffer = (name: string): boolean => name.endsWith('.running_mean') || name.endsWith('.running_var');

/**
 * Name and shape of every tensor of a CLIP, in the order of OpenAI's state dict, whose names are this project's own
 * (https://github.com/openai/CLIP/blob/main/clip/model.py). Reading, writing, building and initialising all start here.
 */
export function parameterShapes(config: ClipConfig): Map<string, readonly number[]> {
  const { text, embedDim } = config;
  const image =
    config.family === 'vit'
      ? visionTransformerShapes(config.image, embedDim)
      : modifiedResNetShapes(config.image, embedDim);
  return new Map([
    ['positional_embedding', [text.contextLength, text.width]],
    ['text_projection', [text.width, embedDim]],
    ['logit_scale', []],
    ...under('visual.', image),
    ...under('transformer.', transformerShapes(text)),
    ['token_embedding.weight', [text.vocabSize, text.width]],
    ...under('ln_final.', norm(text.width)),
  ]);
}

function visionTransformerShapes(image: VisionTransformerConfig, embedDim: number): Shapes {
  const { width, patchSize, size } = image;
  return [
    ['class_embedding', [width]],
    ['positional_embedding', [(size / patchSize) ** 2 + 1, width]],
    ['proj', [width, embedDim]],
    ['conv1.weight', [width, 3, patchSize, patchSize]],
    ...under('ln_pre.', norm(width)),
    ...under('transformer.', transformerShapes(image)),
    ...under('ln_post.', norm(width)),
  ];
}

function transformerShapes({ width, layers, mlpWidth }: TransformerConfig): Shapes {
  const block: Shapes = [
    ['attn.in_proj_weight', [3 * width, width]],
    ['attn.in_proj_bias', [3 * width]],
    ...under('attn.out_proj.', linear(width, width)),
    ...under('ln_1.', norm(width)),
    ...under('mlp.c_fc.', linear(width, mlpWidth)),
    ...under('mlp.c_proj.', linear(mlpWidth, width)),
    ...under('ln_2.', norm(width)),
  ];
  return Array.from({ length: layers }, (_, i) => under(`resblocks.${i}.`, block)).flat();
}

function modifiedResNetShapes(image: ModifiedResNetConfig, embedDim: number): Shapes {
  const { width, layers, size } = image;
  const stem: Shapes = [
    ['conv1.weight', [width / 2, 3, 3, 3]],
    ...under('bn1.', batchNorm(width / 2)),
    ['conv2.weight', [width / 2, width / 2, 3, 3]],
    ...under('bn2.', batchNorm(width / 2)),
    ['conv3.weight', [width, width / 2, 3, 3]],
    ...under('bn3.', batchNorm(width)),
  ];
  const stages = layers.flatMap((blocks, stage) => {
    const planes = width * 2 ** stage;
    return Array.from({ length: blocks }, (_, i) => {
      const into = i > 0 ? planes * EXPANSION : stage > 0 ? (planes / 2) * EXPANSION : width;
      return under(`layer${stage + 1}.${i}.`, bottleneck(into, planes, i === 0));
    }).flat();
  });
  const features = width * 8 * EXPANSION;
  const attentionPool: Shapes = [
    ['positional_embedding', [(size / RESNET_REDUCTION) ** 2 + 1, features]],
    ...under('k_proj.', linear(features, features)),
    ...under('q_proj.', linear(features, features)),
    ...under('v_proj.', linear(features, features)),
    ...under('c_proj.', linear(features, embedDim)),
  ];
  return [...stem, ...stages, ...under('attnpool.', attentionPool)];
}

function bottleneck(into: number, planes: number, first: boolean): Shapes {
  const out = planes * EXPANSION;
  const downsample: Shapes = [['downsample.0.weight', [out, into, 1, 1]], ...under('downsample.1.', batchNorm(out))];
  return [
    ['conv1.weight', [planes, into, 1, 1]],
    ...under('bn1.', batchNorm(planes)),
    ['conv2.weight', [planes, planes, 3, 3]],
    ...under('bn2.', batchNorm(planes)),
    ['conv3.weight', [out, planes, 1, 1]],
    ...under('bn3.', batchNorm(out)),
    ...(first ? downsample : []),
  ];
}

const under = (prefix: string, shapes: Shapes): Shapes => shapes.map(([name, shape]) => [prefix + name, shape]);

const linear = (into: number, out: number): Shapes => [
  ['weight', [out, into]],
  ['bias', [out]],
];

const norm = (width: number): Shapes => [
  ['weight', [width]],
  ['bias', [width]],
];

const batchNorm = (channels: number): Shapes => [
  ...norm(channels),
  ['running_mean', [channels]],
  ['running_var', [channels]],
];
