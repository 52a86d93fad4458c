import { assertDisjoint, type Sample, selectSamples } from '.';
import { indexOf } from './sample';

const sample = (hash: string, label: string | null, caption: string | null = null): Sample => ({
  hash,
  name: `${hash}.jpg`,
  label,
  caption,
  bytes: 1,
});

const index = indexOf('CAPTIONED', [
  sample('a1', 'dog', 'A Dog on the grass'),
  sample('b2', 'dog', 'a puppy'),
  sample('c3', 'cat', 'a cat'),
  sample('d4', null, 'grass'),
]);

const hashes = (samples: readonly Sample[]) => samples.map(({ hash }) => hash);

describe('a selector', () => {
  test.each([
    ['a class', { classes: ['dog'] }, ['a1', 'b2']],
    ['hashes, in any case', { hashes: ['C3', 'd4'] }, ['c3', 'd4']],
    ['text of the caption, in any case', { caption: 'GRASS' }, ['a1', 'd4']],
    ['any of its parts', { classes: ['cat'], caption: 'puppy' }, ['b2', 'c3']],
    ['all but an exception', { except: { classes: ['dog'] } }, ['c3', 'd4']],
    ['everything', {}, ['a1', 'b2', 'c3', 'd4']],
  ])('names %s', (_, selector, expected) => {
    expect(hashes(selectSamples(index, selector))).toEqual(expected);
  });

  test('refuses an unknown class, naming those there are', () => {
    expect(() => selectSamples(index, { classes: ['dgo'] })).toThrow(
      'There is no class "dgo" here; the classes are cat, dog.',
    );
    expect(() => selectSamples(index, { except: { classes: ['dgo'] } })).toThrow(
      expect.objectContaining({ code: 'CLASS_UNKNOWN', path: 'dgo' }),
    );
  });

  test('refuses an unknown hash, an empty text and an empty result', () => {
    const code = (of: string) => expect.objectContaining({ code: of });
    expect(() => selectSamples(index, { hashes: ['ff'] })).toThrow(code('SAMPLE_UNKNOWN'));
    expect(() => selectSamples(index, { caption: ' ' })).toThrow(code('SELECTOR_EMPTY'));
    expect(() => selectSamples(index, { caption: 'submarine' })).toThrow(code('SELECTOR_EMPTY'));
    expect(() => selectSamples(index, { classes: ['cat'], except: { classes: ['cat'] } })).toThrow(
      code('SELECTOR_EMPTY'),
    );
    expect(() => selectSamples(index, { classes: [] })).toThrow(code('SELECTOR_EMPTY'));
  });
});

describe('forget and retain sets', () => {
  const dogs = { samples: selectSamples(index, { classes: ['dog'] }) };

  test('may not share an image, even one of another name and dataset', () => {
    const other = { samples: [{ hash: 'b2', name: 'elsewhere.png', label: 'pet' }] };
    expect(() => assertDisjoint(dogs, other)).toThrow(
      expect.objectContaining({ code: 'SETS_OVERLAP', path: 'elsewhere.png' }),
    );
  });

  test('may not share a class that is forgotten by its name alone', () => {
    const named = { samples: [], classes: ['dog'] };
    expect(() => assertDisjoint(named, dogs, 'calibration')).toThrow(
      /"dog" is to be forgotten and is in the calibration set/,
    );
    expect(() => assertDisjoint(named, { samples: [], classes: ['cat', 'dog'] })).toThrow(
      /SETS_OVERLAP|to be forgotten/,
    );
  });

  test('are fine when apart', () => {
    expect(() => assertDisjoint(dogs, { samples: selectSamples(index, { classes: ['cat'] }) })).not.toThrow();
  });
});
