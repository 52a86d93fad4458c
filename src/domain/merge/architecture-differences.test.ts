import { architectureDifferences } from './architecture-differences';

const config = {
  family: 'vit',
  layout: 'openai',
  image: { width: 8, crop: 'floor', mean: [0, 1] },
  text: { width: 4 },
};

test('one architecture in two layouts is one architecture', () => {
  const other = { ...config, layout: 'hugging-face', image: { ...config.image, crop: 'half-even' } };
  expect(architectureDifferences(config, other)).toEqual([]);
});

test('every difference is named with both values', () => {
  const other = { family: 'vit', layout: 'openai', image: { width: 16, crop: 'floor', mean: [0, 2] }, text: {} };
  expect(architectureDifferences(config, other)).toEqual([
    'image.width (8 and 16)',
    'image.mean ([0,1] and [0,2])',
    'text.width (4 and absent)',
  ]);
});
