import { type ClipConfig, OPENAI_PREPROCESSING } from '../config';
import { RESNET_REDUCTION } from '../model/parameter-shapes';
import { CheckpointRefused } from '../refusal';
import type { CheckpointLayout } from './layout';

/** Channels of an attention head in every CLIP that OpenAI trained; a state dict does not say. */
const HEAD_WIDTH = 64;

/** OpenAI's state dict: our own names, and no configuration file. */
export const openai: CheckpointLayout = {
  weightsFile: 'model.safetensors',
  parts: () => (weight) => [{ name: weight }],
  configFiles: () => new Map(),
};

/**
 * The architecture that a bare state dict must have, told from its shapes as `build_model` does
 * (https://github.com/openai/CLIP/blob/main/clip/model.py).
 */
export function inferOpenaiConfig(shapes: ReadonlyMap<string, readonly number[]>, path: string): ClipConfig {
  const refuse = (why: string): never => {
    throw new CheckpointRefused(
      'UNSUPPORTED_ARCHITECTURE',
      `${why}. A file without config.json or open_clip_config.json beside it must be OpenAI's CLIP state dict; put the configuration beside other models.`,
      path,
    );
  };
  const extent = (name: string, axis: number): number =>
    shapes.get(name)?.[axis] ?? refuse(`There is no tensor ${name} of at least ${axis + 1} axes`);
  const count = (pattern: RegExp): number =>
    new Set([...shapes.keys()].map((name) => pattern.exec(name)?.[1]).filter((index) => index !== undefined)).size;
  const headsOf = (width: number): number =>
    width % HEAD_WIDTH === 0 ? width / HEAD_WIDTH : refuse(`The width ${width} is no multiple of ${HEAD_WIDTH}`);
  const sideOf = (cells: number): number =>
    Number.isInteger(Math.sqrt(cells)) ? Math.sqrt(cells) : refuse(`The ${cells} image positions form no square`);

  const textWidth = extent('ln_final.weight', 0);
  const vocabSize = extent('token_embedding.weight', 0);
  const shared = {
    layout: 'openai',
    activation: 'quick_gelu',
    layerNormEpsilon: 1e-5,
    embedDim: extent('text_projection', 1),
    text: {
      width: textWidth,
      layers: count(/^transformer\.resblocks\.(\d+)\./),
      heads: headsOf(textWidth),
      mlpWidth: extent('transformer.resblocks.0.mlp.c_fc.weight', 0),
      vocabSize,
      contextLength: extent('positional_embedding', 0),
      startToken: vocabSize - 2,
      eotToken: vocabSize - 1,
      pooling: 'argmax',
    },
  } as const;

  if (shapes.has('visual.proj')) {
    const width = extent('visual.conv1.weight', 0);
    const patchSize = extent('visual.conv1.weight', 3);
    return {
      ...shared,
      family: 'vit',
      image: {
        ...OPENAI_PREPROCESSING,
        size: patchSize * sideOf(extent('visual.positional_embedding', 0) - 1),
        patchSize,
        width,
        layers: count(/^visual\.transformer\.resblocks\.(\d+)\./),
        heads: headsOf(width),
        mlpWidth: extent('visual.transformer.resblocks.0.mlp.c_fc.weight', 0),
      },
    };
  }
  const width = extent('visual.layer1.0.conv1.weight', 0);
  const blocks = (stage: number) => count(new RegExp(`^visual\\.layer${stage}\\.(\\d+)\\.`));
  return {
    ...shared,
    family: 'modified-resnet',
    image: {
      ...OPENAI_PREPROCESSING,
      size: RESNET_REDUCTION * sideOf(extent('visual.attnpool.positional_embedding', 0) - 1),
      width,
      layers: [blocks(1), blocks(2), blocks(3), blocks(4)],
      heads: headsOf(width * 32),
    },
  };
}
