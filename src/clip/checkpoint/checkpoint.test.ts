import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { size, type Weights } from '../../engine';
import {
  type ClipConfig,
  clipTokenizerFiles,
  newCheckpoint,
  OPENAI_PREPROCESSING,
  parameterShapes,
  readCheckpoint,
} from '..';
import { openSafetensors } from '../safetensors/read-safetensors';
import { writeSafetensors } from '../safetensors/write-safetensors';
import { edited, replaced, zeros } from '../testing/edited-fixture';
import { bitsOf, copyFixture, type FixtureModel, temporaryFolder } from '../testing/fixtures';
import { exportTextEncoder } from './export-text-encoder';
import { writeCheckpoint } from './write-checkpoint';

const MODELS: FixtureModel[] = [
  'vit-hugging-face',
  'vit-hugging-face-legacy',
  'vit-open-clip',
  'vit-openai',
  'resnet-open-clip',
];

describe.each(MODELS)('%s', (name) => {
  it('is written back byte for byte', async () => {
    const source = await copyFixture(name);
    const target = await temporaryFolder();
    const checkpoint = await readCheckpoint(source);
    await writeCheckpoint(target, checkpoint, checkpoint.weights);
    expect(await readdir(target)).toEqual(await readdir(source));
    for (const file of await readdir(source))
      expect([file, (await readFile(join(target, file))).equals(await readFile(join(source, file)))]).toEqual([
        file,
        true,
      ]);
  });

  it('keeps every untouched tensor bit for bit when one weight changes', async () => {
    const source = await copyFixture(name);
    const target = await temporaryFolder();
    const checkpoint = await readCheckpoint(source);
    const weights = new Map(checkpoint.weights);
    const changed = weights.get('text_projection')!;
    weights.set('text_projection', { shape: changed.shape, data: changed.data.map((value) => value + 1) });
    await writeCheckpoint(target, checkpoint, weights);
    const differing: string[] = [];
    const [before, after] = await Promise.all(
      [source, target].map((folder) => openSafetensors(join(folder, checkpoint.stored.file))),
    );
    for (const [i, tensor] of before!.tensors.entries())
      if (!Buffer.from(await before!.bytes(tensor)).equals(await after!.bytes(after!.tensors[i]!)))
        differing.push(tensor.name);
    expect(differing).toEqual([expect.stringMatching(/text_projection/)]);
    await before!.close();
    await after!.close();
  });
});

describe('a folder that is no usable checkpoint', () => {
  const refused = async (path: string, code: string, message: RegExp) => {
    await expect(readCheckpoint(path)).rejects.toMatchObject({ name: 'CheckpointRefused', code });
    await expect(readCheckpoint(path)).rejects.toThrow(message);
  };

  it('is refused when a tensor is missing', async () => {
    const folder = await edited('vit-open-clip', (tensors) => tensors.filter(({ name }) => name !== 'visual.proj'));
    await refused(folder, 'MISSING_TENSOR', /visual\.proj is missing/);
  });
  it('is refused when there is a tensor too many', async () => {
    const folder = await edited('vit-open-clip', (tensors) => [...tensors, zeros('visual.extra', 'F32', [1], 4)]);
    await refused(folder, 'UNEXPECTED_TENSOR', /visual\.extra/);
  });
  it('is refused when a tensor has another shape', async () => {
    const folder = await edited('vit-hugging-face', (tensors) =>
      replaced(tensors, zeros('text_projection.weight', 'F32', [16, 20], 1280)),
    );
    await refused(folder, 'WRONG_SHAPE', /\[16,20\].*\[20,16\]/);
  });
  it('is refused when a weight is of whole numbers', async () => {
    const folder = await edited('vit-hugging-face', (tensors) =>
      replaced(tensors, zeros('text_projection.weight', 'I32', [20, 16], 1280)),
    );
    await refused(folder, 'UNSUPPORTED_DTYPE', /I32/);
  });
  it('is refused when a weight is not a number', async () => {
    const bytes = () => new Uint8Array(Float32Array.of(Number.NaN).buffer);
    const folder = await edited('vit-hugging-face', (tensors) =>
      replaced(tensors, { name: 'logit_scale', dtype: 'F32', shape: [], bytes }),
    );
    await refused(folder, 'NOT_FINITE', /logit_scale/);
  });
  it('keeps index tables and counters that no computation needs', async () => {
    const extra = zeros('text_model.embeddings.position_ids', 'I64', [1, 2], 16);
    const folder = await edited('vit-hugging-face', (tensors) => [...tensors, extra]);
    expect((await readCheckpoint(folder)).stored.tensors.at(-1)).toMatchObject({ name: extra.name, dtype: 'I64' });
  });
  it('is refused when it is not there, or empty', async () => {
    await refused('/nowhere/at/all', 'NOT_FOUND', /no such file/);
    await refused(await temporaryFolder(), 'NOT_FOUND', /no safetensors file/);
  });
  it('is refused when the weights are a pickle', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'pytorch_model.bin'), 'anything');
    await refused(folder, 'NOT_FOUND', /pickle/);
  });
  it('is refused when there is a choice of files', async () => {
    const folder = await copyFixture('vit-openai');
    await rename(join(folder, 'model.safetensors'), join(folder, 'a.safetensors'));
    await writeFile(join(folder, 'b.safetensors'), '');
    await refused(folder, 'NOT_FOUND', /several/);
    expect((await readCheckpoint(join(folder, 'a.safetensors'))).config.layout).toBe('openai');
  });
  it('is refused when a shard lies outside the folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: '../x.safetensors' } }),
    );
    await refused(folder, 'MALFORMED_CONFIG', /same folder/);
  });

  const withConfig = async (name: FixtureModel, file: string, edit: (config: string) => string): Promise<string> => {
    const folder = await copyFixture(name);
    await writeFile(join(folder, file), edit(await readFile(join(folder, file), 'utf8')));
    return folder;
  };
  it.each([
    [
      'of another architecture',
      '"model_type": "clip",',
      '"model_type": "siglip",',
      'UNSUPPORTED_ARCHITECTURE',
      /siglip/,
    ],
    [
      'with an unknown activation',
      '"hidden_act": "quick_gelu"',
      '"hidden_act": "swish"',
      'MALFORMED_CONFIG',
      /hidden_act/,
    ],
    [
      'with heads that do not divide',
      '"num_attention_heads": 3',
      '"num_attention_heads": 5',
      'MALFORMED_CONFIG',
      /divisor/,
    ],
    [
      'with a size that is text',
      '"projection_dim": 20',
      '"projection_dim": "20"',
      'MALFORMED_CONFIG',
      /projection_dim/,
    ],
    ['with a million layers', '"num_hidden_layers": 2', '"num_hidden_layers": 1000000', 'MALFORMED_CONFIG', /1000/],
    [
      'of other sizes',
      '"projection_dim": 20',
      '"projection_dim": 21',
      'WRONG_SHAPE',
      /text_projection|visual_projection/,
    ],
    ['cut short', '"text_config"', '', 'MALFORMED_CONFIG', /JSON/],
  ])('is refused with a configuration %s', async (_, from, to, code, message) => {
    const folder = await withConfig('vit-hugging-face', 'config.json', (text) => text.replaceAll(from, to));
    await refused(folder, code, message);
  });
  it.each([
    ['of a timm tower', { timm_model_name: 'vit_base' }],
    ['with layer scale', { ls_init_value: 1e-5 }],
    ['with average pooling', { pool_type: 'avg' }],
  ])('is refused with an OpenCLIP configuration %s', async (_, option) => {
    const folder = await withConfig('vit-open-clip', 'open_clip_config.json', (text) => {
      const config = JSON.parse(text);
      Object.assign(config.model_cfg.vision_cfg, option);
      return JSON.stringify(config);
    });
    await refused(
      folder,
      'UNSUPPORTED_ARCHITECTURE',
      new RegExp(Object.keys(option)[0] === 'pool_type' ? 'average' : Object.keys(option)[0]!),
    );
  });
  it('is refused when a bare file is no CLIP of OpenAI', async () => {
    const folder = await copyFixture('resnet-open-clip');
    await rm(join(folder, 'open_clip_config.json'));
    await refused(folder, 'UNSUPPORTED_ARCHITECTURE', /multiple of 64/);
    const other = join(await temporaryFolder(), 'other.safetensors');
    await writeSafetensors(other, [zeros('weight', 'F32', [1], 4)]);
    await refused(other, 'UNSUPPORTED_ARCHITECTURE', /ln_final\.weight/);
  });
  it('is refused without its tokenizer', async () => {
    const folder = await copyFixture('vit-openai');
    await rm(join(folder, 'tokenizer.json'));
    await refused(folder, 'MISSING_TOKENIZER', /554 tokens/);
  });
});

/** Weights without a pattern that a wrong place or a transposition would leave alone. */
const someWeights = (config: ClipConfig): Weights =>
  new Map(
    [...parameterShapes(config)].map(([name, shape]) => [
      name,
      {
        shape,
        data: Float32Array.from({ length: size(shape) }, (_, i) => ((i * 7919) % 257) / 128 - name.length / 64),
      },
    ]),
  );

describe('a new checkpoint', () => {
  const text = {
    width: 64,
    layers: 2,
    heads: 1,
    mlpWidth: 128,
    vocabSize: 514,
    contextLength: 8,
    startToken: 512,
    eotToken: 513,
    pooling: 'argmax',
  } as const;
  const shared = { embedDim: 12, text, activation: 'quick_gelu', layerNormEpsilon: 1e-5 } as const;
  const vit = { ...OPENAI_PREPROCESSING, size: 32, patchSize: 16, width: 64, layers: 2, heads: 1, mlpWidth: 256 };
  const resnet = { ...OPENAI_PREPROCESSING, size: 32, width: 4, layers: [1, 1, 2, 1] as const, heads: 2 };
  const configs: [string, ClipConfig][] = [
    ['Hugging Face ViT', { ...shared, layout: 'hugging-face', family: 'vit', image: { ...vit, crop: 'floor' } }],
    ['OpenCLIP ViT', { ...shared, layout: 'open-clip', family: 'vit', image: vit, activation: 'gelu' }],
    ['OpenAI ViT', { ...shared, layout: 'openai', family: 'vit', image: vit }],
    ['OpenCLIP ResNet', { ...shared, layout: 'open-clip', family: 'modified-resnet', image: resnet }],
    ['OpenAI ResNet', { ...shared, layout: 'openai', family: 'modified-resnet', image: resnet }],
  ];

  it.each(configs)('%s is read back as it was', async (_, config) => {
    const folder = await temporaryFolder();
    const weights = someWeights(config);
    await writeCheckpoint(folder, newCheckpoint(config, weights, clipTokenizerFiles(8, 0)), weights);
    const { config: read, weights: back } = await readCheckpoint(folder);
    expect(read).toEqual(config.layout === 'hugging-face' ? { ...config, text: { ...text, pooling: 'eot' } } : config);
    expect(bitsOf(back)).toBe(bitsOf(weights));
  });

  it.each([
    ['CLIPTextModel', 0],
    ['CLIPTextModelWithProjection', 1],
  ] as const)('exports its text encoder as a %s', async (encoderClass, projections) => {
    const [, config] = configs[3]!;
    const weights = someWeights(config);
    const folder = await temporaryFolder();
    const checkpoint = newCheckpoint(config, weights, clipTokenizerFiles(8, 0), 'F16');
    await exportTextEncoder(folder, checkpoint, weights, encoderClass);
    const encoder = await openSafetensors(join(folder, 'text_encoder/model.safetensors'));
    const [tower, others] = [true, false].map((inTower) =>
      encoder.tensors.filter(({ name, dtype }) => dtype === 'F16' && name.startsWith('text_model.') === inTower),
    );
    expect(tower).toHaveLength(2 + 2 + 2 * 16);
    // Without a bias; a linear layer's weight has its outputs first.
    const projection = { name: 'text_projection.weight', shape: [config.embedDim, config.text.width] };
    expect(others).toEqual([projection].slice(0, projections).map(expect.objectContaining));
    await encoder.close();
    expect(JSON.parse(await readFile(join(folder, 'text_encoder/config.json'), 'utf8'))).toMatchObject({
      architectures: [encoderClass],
      projection_dim: config.embedDim,
    });
    expect(await readdir(join(folder, 'tokenizer'))).toContain('vocab.json');
  });
});
