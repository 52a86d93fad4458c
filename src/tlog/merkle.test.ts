import { isConsistent, rootFromInclusion } from './check-proof';
import { consistencyProof, EMPTY_ROOT, inclusionProof, leafHash, nodeHash, rangeHash } from './merkle';
import { extendTiles, type ReadTile, subtreesOf, tilesOf, widthOf } from './tile';

const leafOf = (i: number) => Buffer.from(`leaf ${i}`);
const largest = 300;
const hashes: Buffer[] = Array.from({ length: largest }, (_, i) => leafHash(leafOf(i)));

/** RFC 6962, section 2.1, word for word. */
function mth(d: readonly Buffer[]): Buffer {
  if (d.length === 0) return EMPTY_ROOT;
  if (d.length === 1) return d[0]!;
  let k = 1;
  while (k << 1 < d.length) k <<= 1;
  return nodeHash(mth(d.slice(0, k)), mth(d.slice(k)));
}

/** Tiles in memory, and the tree over them. */
function treeInMemory() {
  const tiles = new Map<string, Buffer>();
  const readTile: ReadTile = async ({ level, index, width }) => {
    const stored = tiles.get(`${level}/${index}`);
    if (!stored || stored.length < width * 32) throw new Error(`no tile ${level}/${index} of width ${width}`);
    return stored.subarray(0, width * 32);
  };
  let size = 0;
  const add = async (leaves: readonly Buffer[]) => {
    for (const { level, index, hashes } of await extendTiles(size, leaves, readTile))
      tiles.set(`${level}/${index}`, hashes);
    size += leaves.length;
  };
  return { tiles, readTile, add, read: () => subtreesOf(size, readTile), get: () => size };
}

test('hashes of leaves that were published with Certificate Transparency', async () => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const tree = treeInMemory();
  const found: string[] = [];
  for (const leaf of leaves) {
    await tree.add([leafHash(Buffer.from(leaf, 'hex'))]);
    found.push((await rangeHash(0, tree.get(), tree.read())).toString('hex'));
  }
  expect(found).toEqual(roots);
  expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('roots, and the proofs of all leaves and of earlier trees, for every size up to 300', async () => {
  const tree = treeInMemory();
  const roots: Buffer[] = [EMPTY_ROOT];
  for (let size = 1; size <= largest; size++) {
    await tree.add([hashes[size - 1]!]);
    const read = tree.read();
    const root = await rangeHash(0, size, read);
    expect(root).toEqual(mth(hashes.slice(0, size)));
    roots.push(root);
    // All pairs would be 45,000 of each: a stride that differs with the size meets every shape.
    const stride = size < 40 ? 1 : 17 + (size % 30);
    for (let index = 0; index < size; index += stride) {
      const proof = await inclusionProof(index, size, read);
      expect(rootFromInclusion(index, size, hashes[index]!, proof)).toEqual(root);
    }
    for (let old = 0; old <= size; old += stride) {
      const proof = await consistencyProof(old, size, read);
      expect(isConsistent({ size: old, root: roots[old]! }, { size, root }, proof)).toBe(true);
    }
  }
});

test('proofs of another leaf, place, size or length prove nothing', async () => {
  const tree = treeInMemory();
  await tree.add(hashes.slice(0, 100));
  const read = tree.read();
  const root = await rangeHash(0, 100, read);
  const proof = await inclusionProof(70, 100, read);
  const leads = (index: number, size: number, leaf: Buffer, hashes: Buffer[]) =>
    rootFromInclusion(index, size, leaf, hashes)?.equals(root) ?? false;
  expect(leads(70, 100, hashes[70]!, proof)).toBe(true);
  expect(leads(71, 100, hashes[70]!, proof)).toBe(false);
  expect(leads(70, 100, hashes[71]!, proof)).toBe(false);
  expect(leads(70, 64, hashes[70]!, proof)).toBe(false);
  expect(leads(70, 100, hashes[70]!, proof.slice(1))).toBe(false);
  expect(leads(70, 100, hashes[70]!, [...proof, root])).toBe(false);
  expect(leads(100, 100, hashes[70]!, proof)).toBe(false);

  const old = { size: 33, root: mth(hashes.slice(0, 33)) };
  const growth = await consistencyProof(33, 100, read);
  expect(isConsistent(old, { size: 100, root }, growth)).toBe(true);
  expect(isConsistent({ ...old, size: 34 }, { size: 100, root }, growth)).toBe(false);
  expect(isConsistent({ ...old, root }, { size: 100, root }, growth)).toBe(false);
  expect(isConsistent(old, { size: 100, root }, growth.slice(1))).toBe(false);
  expect(isConsistent(old, { size: 100, root }, [...growth, root])).toBe(false);
  expect(isConsistent({ size: 0, root }, { size: 100, root }, [])).toBe(false);
});

test('leaves that come in heaps make the tiles that single ones make, and only those a tree of their number has', async () => {
  const [single, heaps] = [treeInMemory(), treeInMemory()];
  const many = Array.from({ length: 66_000 }, (_, i) => hashes[i % largest]!);
  for (let i = 0; i < 600; i++) await single.add([many[i]!]);
  for (const [from, to] of [
    [0, 255],
    [255, 256],
    [256, 257],
    [257, 600],
  ] as const)
    await heaps.add(many.slice(from, to));
  expect(heaps.tiles).toEqual(single.tiles);
  await heaps.add(many.slice(600));
  expect(await rangeHash(0, many.length, heaps.read())).toEqual(mth(many));
  const expected = [...tilesOf(many.length)];
  expect(new Map([...heaps.tiles].map(([name, { length }]) => [name, length / 32]))).toEqual(
    new Map(expected.map(({ level, index, width }) => [`${level}/${index}`, width])),
  );
});

test('widths of tiles are those of the example in the specification', () => {
  const tiles = [...tilesOf(70_000)];
  const count = (level: number, width: number) =>
    tiles.filter((tile) => tile.level === level && tile.width === width).length;
  expect([count(0, 256), count(0, 112), count(1, 256), count(1, 17), count(2, 1), tiles.length]).toEqual([
    273, 1, 1, 1, 1, 277,
  ]);
  expect([...tilesOf(256)]).toEqual([
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
  expect(widthOf({ level: 0, index: 1 }, 256)).toBe(0);
});
