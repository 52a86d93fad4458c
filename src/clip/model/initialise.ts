import { randomStream, size, type Weights } from '../../engine';
import type { ClipConfig, TransformerConfig } from '../config';
import { parameterShapes } from './parameter-shapes';

type Draw = (shape: readonly number[]) => { standardDeviation: number } | { bound: number } | { value: number };

const normal = (standardDeviation: number) => () => ({ standardDeviation });
const value = (value: number) => () => ({ value });

/** PyTorch's default for a convolution or linear layer: uniform within 1 / sqrt(fan in). */
const fanIn: Draw = (shape) => ({ bound: size(shape.slice(1)) ** -0.5 });
/** The same bound for the layer's bias, whose own shape does not tell the fan in. */
const bias = (inputs: number) => () => ({ bound: inputs ** -0.5 });

/**
 * Fresh weights as CLIP initialises its own (`initialize_parameters` and the constructors of
 * https://github.com/openai/CLIP/blob/main/clip/model.py). OpenAI's code leaves the ViT's blocks at PyTorch's defaults;
 * here they start like the text tower's, as in transformers' CLIPModel. The same seed gives the same weights.
 */
export function initialise(config: ClipConfig, seed: number): Weights {
  const rules = initialisationRules(config);
  return new Map(
    [...parameterShapes(config)].map(([name, shape]) => {
      const rule = rules.find(([pattern]) => pattern.test(name));
      if (!rule) throw new Error(`internal: ${name} has no initialisation`);
      const how = rule[1](shape);
      const random = randomStream(seed, `initialise ${name}`);
      const data = Float32Array.from({ length: size(shape) }, () =>
        'value' in how
          ? how.value
          : 'bound' in how
            ? (2 * random.uniform() - 1) * how.bound
            : random.normal() * how.standardDeviation,
      );
      return [name, { shape: [...shape], data }];
    }),
  );
}

/** The first pattern that fits a name decides. */
function initialisationRules(config: ClipConfig): [RegExp, Draw][] {
  const { text, image } = config;
  const imageRules: [RegExp, Draw][] =
    config.family === 'vit'
      ? [
          [/^visual\.(class_embedding|positional_embedding|proj)$/, normal(image.width ** -0.5)],
          ...transformerRules('visual\\.transformer', config.image),
        ]
      : attentionPoolRules(image.width * 32);
  return [
    [/^logit_scale$/, value(Math.log(1 / 0.07))],
    [/^token_embedding\.weight$/, normal(0.02)],
    [/^positional_embedding$/, normal(0.01)],
    [/^text_projection$/, normal(text.width ** -0.5)],
    ...transformerRules('transformer', text),
    ...imageRules,
    // The last norm of a bottleneck starts at zero, so that every block starts as the identity.
    [/layer\d\.\d+\.bn3\.weight$/, value(0)],
    [/(running_mean|(bn\d|ln_\w+|downsample\.1)\.bias)$/, value(0)],
    [/(running_var|(bn\d|ln_\w+|downsample\.1)\.weight)$/, value(1)],
    [/(conv\d|downsample\.0)\.weight$/, fanIn],
  ];
}

function transformerRules(at: string, { width, layers, mlpWidth }: TransformerConfig): [RegExp, Draw][] {
  const residual = width ** -0.5 * (2 * layers) ** -0.5;
  const rule = (name: string, draw: Draw): [RegExp, Draw] => [new RegExp(`^${at}\\.resblocks\\.\\d+\\.${name}$`), draw];
  return [
    rule('attn\\.in_proj_weight', normal(width ** -0.5)),
    rule('attn\\.out_proj\\.weight', normal(residual)),
    rule('attn\\.(in_proj_bias|out_proj\\.bias)', value(0)),
    rule('mlp\\.c_fc\\.weight', normal((2 * width) ** -0.5)),
    rule('mlp\\.c_proj\\.weight', normal(residual)),
    rule('mlp\\.c_fc\\.bias', bias(width)),
    rule('mlp\\.c_proj\\.bias', bias(mlpWidth)),
  ];
}

const attentionPoolRules = (features: number): [RegExp, Draw][] => [
  [/attnpool\.positional_embedding$/, normal(features ** -0.5)],
  [/attnpool\.\w_proj\.weight$/, normal(features ** -0.5)],
  [/attnpool\.\w_proj\.bias$/, bias(features)],
];
