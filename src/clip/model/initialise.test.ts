import { type ClipConfig, OPENAI_PREPROCESSING } from '../config';
import { initialise } from './initialise';
import { parameterShapes } from './parameter-shapes';

const config: ClipConfig = {
  family: 'modified-resnet',
  layout: 'open-clip',
  embedDim: 8,
  activation: 'gelu',
  layerNormEpsilon: 1e-5,
  image: { ...OPENAI_PREPROCESSING, size: 32, width: 2, layers: [1, 1, 1, 1], heads: 1 },
  text: {
    width: 16,
    layers: 2,
    heads: 2,
    mlpWidth: 32,
    vocabSize: 60,
    contextLength: 6,
    startToken: 58,
    eotToken: 59,
    pooling: 'argmax',
  },
};

describe('initialise', () => {
  const weights = initialise(config, 1);
  const spread = (name: string): number => {
    const { data } = weights.get(name)!;
    return Math.sqrt(data.reduce((total, value) => total + value ** 2, 0) / data.length);
  };

  it('gives every weight of the architecture, the same for the same seed', () => {
    const shapes = [...weights].map(([name, { shape }]) => [name, shape]);
    expect(shapes).toEqual([...parameterShapes(config)]);
    const again = initialise(config, 1);
    const other = initialise(config, 2);
    expect(again.get('text_projection')).toEqual(weights.get('text_projection'));
    expect(other.get('text_projection')).not.toEqual(weights.get('text_projection'));
  });

  it.each([
    ['token_embedding.weight', 0.02],
    ['transformer.resblocks.0.attn.in_proj_weight', 16 ** -0.5],
    ['transformer.resblocks.1.attn.out_proj.weight', 16 ** -0.5 / 2],
    ['transformer.resblocks.0.mlp.c_fc.weight', 32 ** -0.5],
    ['visual.attnpool.q_proj.weight', 64 ** -0.5],
    // Uniform within 1 / sqrt(fan in).
    ['visual.layer4.0.conv1.weight', (32 * 3) ** -0.5],
  ])('spreads %s as CLIP does', (name, expected) => {
    expect(spread(name) / expected).toBeGreaterThan(0.85);
    expect(spread(name) / expected).toBeLessThan(1.15);
  });

  it('starts residual branches of the ResNet at zero and temperature at 0.07', () => {
    expect(spread('visual.layer1.0.bn3.weight')).toBe(0);
    expect(spread('visual.layer1.0.bn2.weight')).toBe(1);
    expect(weights.get('logit_scale')!.data[0]).toBeCloseTo(Math.log(1 / 0.07));
  });
});
