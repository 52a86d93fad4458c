import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captionOf, loadImages, scanDataset } from '.';
import { jpeg, makeArchive, makeFolder } from './testing/make-dataset';

const firstBytes = (bytes: Buffer) => Float32Array.from(bytes.subarray(-60));

describe('loading images', () => {
  test('gives them in the order asked for, from an archive that has another', async () => {
    const shades = await Promise.all([10, 20, 30].map(jpeg));
    const archive = await makeArchive(shades.map((content, n) => ({ name: `dog/${n}.jpg`, content })));
    const { samples } = await scanDataset(archive);
    const wanted = [samples[2]!, samples[0]!, samples[2]!];
    expect(await loadImages(archive, wanted, firstBytes)).toEqual([2, 0, 2].map((n) => firstBytes(shades[n]!)));
  });

  test('refuses a file that changed or went after it was registered', async () => {
    const root = await makeFolder({ 'dog/1.jpg': await jpeg(10), 'dog/2.jpg': await jpeg(20) });
    const { samples } = await scanDataset(root);
    await writeFile(join(root, 'dog/2.jpg'), await jpeg(30));
    await expect(loadImages(root, samples, firstBytes)).rejects.toMatchObject({
      code: 'SAMPLE_CHANGED',
      path: 'dog/2.jpg',
    });
    const gone = { ...samples[0]!, name: 'dog/9.jpg' };
    await expect(loadImages(root, [gone], firstBytes)).rejects.toMatchObject({
      code: 'SAMPLE_CHANGED',
      path: 'dog/9.jpg',
    });
  });
});

test('the caption of a labelled image is the prompt of its class', () => {
  expect(captionOf({ caption: 'two dogs', label: 'dog' })).toBe('two dogs');
  expect(captionOf({ caption: null, label: 'polar_bear' }, 'a sketch of a {}')).toBe('a sketch of a polar bear');
});
