import { accuracyTable, type ClassAccuracy, lineageTree } from './report';

const row = (className: string, accuracy: number): ClassAccuracy => ({
  className,
  accuracy,
  correct: accuracy * 100,
  total: 100,
  lower: Math.max(0, accuracy - 0.1),
  upper: Math.min(1, accuracy + 0.1),
});

test('the forget class comes first, the mean of the others last with what is left of it', () => {
  const before = [row('bird', 0.8), row('cat', 0.9), row('dog', 0.6)];
  const after = [row('dog', 0.6), row('bird', 0.7), row('cat', 0.02)];
  expect(accuracyTable('cat', before, after).split('\n')).toEqual([
    'class               before                 after',
    '------------------  ---------------------  ------------------------',
    'cat (forget)        0.900  [0.800, 1.000]  0.020  [0.000, 0.120]',
    'bird                0.800  [0.700, 0.900]  0.700  [0.600, 0.800]',
    'dog                 0.600  [0.500, 0.700]  0.600  [0.500, 0.700]',
    'mean of the others  0.700                  0.650  (0.929 of before)',
  ]);
});

test('lineage is a tree with its branches, and marks the checkpoint asked about', () => {
  const run = (seed: number) => ({ seed, method: { name: 'clip-erase' } });
  const runs = new Map([
    ['b', run(1)],
    ['c', run(2)],
  ]);
  const node = (id: string) => ({ id, name: id, digest: id.repeat(20), run: runs.get(id) ?? null });
  const edges = [
    { fromId: 'a', toId: 'b' },
    { fromId: 'a', toId: 'c' },
    { fromId: 'b', toId: 'd' },
  ];
  expect(lineageTree(['a', 'b', 'c', 'd'].map(node), edges, 'c').split('\n')).toEqual([
    'a  sha256 aaaaaaaaaaaa  imported',
    '├─ b  sha256 bbbbbbbbbbbb  by clip-erase, seed 1',
    '│  └─ d  sha256 dddddddddddd  ',
    '└─ c  sha256 cccccccccccc  by clip-erase, seed 2  <- new',
  ]);
});
