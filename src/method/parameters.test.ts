import { param } from './param';
import { parametersSchema, resolveParameters } from './parameters';

const specs = {
  lambda: param.number({ symbol: 'l', default: 1, min: 0, max: 5, source: 'PAPER', about: 'a weight' }),
  rate: param.number({ default: 0.1, above: 0, source: 'OURS', about: 'a rate' }),
  steps: param.integer({ default: 3, min: 1, source: 'CODE', about: 'a count' }),
  on: param.boolean({ default: false, source: 'OURS', about: 'a switch' }),
  kind: param.choice({ options: ['a', 'b'], default: 'a', source: 'OURS', about: 'which' }),
  prompt: param.text({ default: 'a {}', source: 'OURS', about: 'a text' }),
};
const presets = { small: { about: 'small models', values: { lambda: 0.5, steps: 9 } } };

test('defaults, then the preset, then what was given', () => {
  const found = resolveParameters(specs, presets, { preset: 'small', steps: 4 });
  expect(found).toEqual({
    ok: true,
    preset: 'small',
    values: { lambda: 0.5, rate: 0.1, steps: 4, on: false, kind: 'a', prompt: 'a {}' },
  });
});

test.each([
  [{ lambda: -1 }, 'parameters.lambda must be at least 0'],
  [{ lambda: 6 }, 'parameters.lambda must be at most 5'],
  [{ lambda: Number.NaN }, 'parameters.lambda must be a number'],
  [{ lambda: null }, 'parameters.lambda must be a number'],
  [{ rate: 0 }, 'parameters.rate must be above 0'],
  [{ steps: 1.5 }, 'parameters.steps must be a whole number'],
  [{ on: 1 }, 'parameters.on must be true or false'],
  [{ kind: 'c' }, 'parameters.kind must be one of a, b'],
  [{ prompt: '' }, 'parameters.prompt must be a text of 1 to 200 characters'],
  [{ gamma: 1 }, 'parameters.gamma is not a parameter; there are lambda, rate, steps, on, kind, prompt'],
  [{ preset: 'huge' }, 'parameters.preset must be one of small'],
  [{ toString: 1 }, 'parameters.toString is not a parameter; there are lambda, rate, steps, on, kind, prompt'],
])('%j is refused', (given, message) => {
  const found = resolveParameters(specs, presets, given);
  expect(found).toMatchObject({ ok: false, refusals: [{ message }] });
});

test('every refusal is told at once', () => {
  const found = resolveParameters(specs, presets, { lambda: -1, steps: 0 });
  expect(!found.ok && found.refusals.map(({ path }) => path)).toEqual(['parameters.lambda', 'parameters.steps']);
});

test('the schema says all of it, with the source of each default', () => {
  expect(parametersSchema(specs, presets)).toMatchObject({
    type: 'object',
    additionalProperties: false,
    properties: {
      preset: { enum: ['small'] },
      lambda: { type: 'number', default: 1, minimum: 0, maximum: 5, 'x-source': 'PAPER', 'x-symbol': 'l' },
      rate: { exclusiveMinimum: 0 },
      steps: { type: 'integer', 'x-source': 'CODE' },
      kind: { enum: ['a', 'b'] },
    },
    'x-presets': presets,
  });
});

test('a default outside its own range fails when it is declared', () => {
  expect(() => param.number({ default: 3, max: 2, source: 'OURS', about: 'x' })).toThrow('must be at most 2');
});
