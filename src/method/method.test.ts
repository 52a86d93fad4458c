import { adam, defineMethod, mean, type ObjectiveContext, param, rowDot, trainable } from '.';
import { isMethod } from './method';

const base = {
  name: 'a-method',
  version: '1.0.0',
  title: 'A method',
  description: 'for a test',
  paper: { title: 'none', url: 'https://example.org' },
} as const;
const epochs = param.integer({ default: 1, source: 'OURS', about: 'passes' });
const training = { optimiser: adam(), learningRate: 1e-3, batchSize: 2, trainable: trainable('all') };

describe('what does not compile', () => {
  test('reading a set that was not declared', () => {
    const method = defineMethod({
      ...base,
      sets: ['forget'],
      params: { epochs },
      training: (params) => ({ ...training, epochs: params.epochs }),
      // @ts-expect-error -- retain is not declared
      objective: ({ model, retain }) => ({ term: [1, mean(model(retain).imageFeatures)] }),
    });
    expect(isMethod(method)).toBe(true);
  });

  test('reading a parameter that was not declared, or as another type', () => {
    const method = defineMethod({
      ...base,
      sets: ['forget'],
      params: { epochs, kind: param.choice({ options: ['a', 'b'], default: 'a', source: 'OURS', about: 'which' }) },
      training: (params) => {
        const kind: 'a' | 'b' = params.kind;
        // @ts-expect-error -- a choice is not a number
        const wrong: number = params.kind;
        // @ts-expect-error -- there is no parameter rate
        return { ...training, epochs: params.epochs, learningRate: params.rate ?? [kind, wrong].length };
      },
      objective: ({ model, forget }) => {
        const { imageFeatures, textFeatures } = model(forget);
        return { term: [1, mean(rowDot(imageFeatures, textFeatures))] };
      },
    });
    expect(isMethod(method)).toBe(true);
  });

  test('the gradient over a set that was not declared, or of another set than it is over', () => {
    const method = defineMethod({
      ...base,
      sets: ['forget', 'calibration'],
      params: { epochs },
      stages: ['gradient'],
      run: async ({ gradients }) => {
        const options = { batchSize: 1, trainable: trainable('all') };
        const forgetting = ({ model, forget }: ObjectiveContext<'forget'>) => ({
          term: [1, mean(model(forget).imageFeatures)] as const,
        });
        await gradients('gradient', 'forget', forgetting, options);
        // @ts-expect-error -- retain is not declared
        await gradients('gradient', 'retain', forgetting, options);
        // @ts-expect-error -- a gradient over the calibration set has no forget batch
        await gradients('gradient', 'calibration', forgetting, options);
        return undefined;
      },
    });
    expect(isMethod(method)).toBe(true);
  });

  test('a preset of a parameter that does not exist', () => {
    const method = defineMethod({
      ...base,
      sets: ['forget'],
      params: { epochs },
      // @ts-expect-error -- there is no parameter rate
      presets: { small: { about: 'small models', values: { rate: 3 } } },
      training: (params) => ({ ...training, epochs: params.epochs }),
      objective: ({ model, forget }) => ({ term: [1, mean(model(forget).imageFeatures)] }),
    });
    expect(isMethod(method)).toBe(true);
  });
});

test.each([
  [{ name: 'Not Kebab' }, /kebab-case/],
  [{ version: 'one' }, /1.0.0/],
  [{ sets: ['forget', 'forget'] as const }, /declared twice/],
])('%j is refused when the plugin loads', (change, reason) => {
  const broken = () =>
    defineMethod({
      ...base,
      sets: ['forget'],
      params: { epochs },
      training: (params) => ({ ...training, epochs: params.epochs }),
      objective: ({ model, forget }) => ({ term: [1, mean(model(forget).imageFeatures)] }),
      ...change,
    });
  expect(broken).toThrow(reason);
});
