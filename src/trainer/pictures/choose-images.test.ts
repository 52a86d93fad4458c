import { forgottenAndRetained, spread } from './choose-images';

const labels = ['cat', 'cat', 'cat', 'dog', 'ship', 'ship'];

test('images are spread over the classes', () => {
  expect(spread(labels, 3)).toEqual([0, 3, 4]);
  expect(spread(labels, 5)).toEqual([0, 1, 3, 4, 5]);
  expect(spread(labels, 100)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(spread([], 3)).toEqual([]);
});

test('half of the images are of what was forgotten, as far as there are any', () => {
  expect(forgottenAndRetained(labels, ['ship'], 4)).toEqual([4, 5, 0, 3]);
  expect(forgottenAndRetained(labels, ['dog'], 4)).toEqual([3, 0, 1, 4]);
  expect(forgottenAndRetained(labels, ['horse'], 2)).toEqual([0, 3]);
});
