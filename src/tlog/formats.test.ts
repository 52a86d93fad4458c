import { generateKeyPairSync } from 'node:crypto';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint';
import { formatEntryBundle, parseEntryBundle } from './entry-bundle';
import { formatProofFile, parseProofFile } from './proof-file';
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from './signed-note';
import { formatTilePath, parseTilePath } from './tile-path';

const root = Buffer.alloc(32, 7);

test('paths of tiles are those of the specification, and nothing else is a path', () => {
  expect(formatTilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067');
  expect(parseTilePath('tile/entries/x001/x234/067.p/5')).toEqual({ level: 'entries', index: 1234067, width: 5 });
  for (const index of [0, 1, 999, 1000, 999_999, 1_000_000, 123_456_789]) {
    const tile = { level: 3, index, width: 17 };
    expect(parseTilePath(formatTilePath(tile))).toEqual(tile);
  }
  const wrong = ['tile/0/0', 'tile/0/x000/001', 'tile/00/001', 'tile/64/001', 'tile/0/001.p/0', 'tile/0/001.p/256'];
  for (const path of [...wrong, 'tile/0/001.p/01', 'tile/-1/001', 'tile/0/001/', 'tile/0/001/002', 'tile/data/001']) {
    expect([path, parseTilePath(path)]).toEqual([path, null]);
  }
});

// The example of golang.org/x/mod/sumdb/note.
const goKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const goText =
  'If you think cryptography is the answer to your problem,\n' + "then you don't know what your problem is.\n";
const goNote = `${goText}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

test("a note of Go's own opens with its key, and with no bit changed", () => {
  const key = parseVerifierKey(goKey)!;
  expect(formatVerifierKey(key)).toBe(goKey);
  expect(openNote(goNote, key)).toBe(goText);
  expect(openNote(goNote.replace('answer', 'Answer'), key)).toBeNull();
  expect(openNote(goNote.replace('PeterNeumann x', 'PeterNewmann x'), key)).toBeNull();
  expect(openNote(`${goNote}\n`, key)).toBeNull();
  expect(parseVerifierKey(goKey.replace('c74f20a3', 'c74f20a4'))).toBeNull();
  expect(parseVerifierKey(goKey.slice(0, -4))).toBeNull();
});

const log = generateKeyPairSync('ed25519');
const key = { name: 'example.org/log', publicKey: log.publicKey };

test('a checkpoint is a note of three lines that the log of that origin signed', () => {
  const text = formatCheckpoint({ origin: key.name, size: 12, root });
  const note = signNote(text, key, log.privateKey);
  expect(openCheckpoint(note, key)).toEqual({ origin: key.name, size: 12, root });
  const foreign = formatCheckpoint({ origin: 'example.org/other', size: 12, root });
  expect(openCheckpoint(signNote(foreign, key, log.privateKey), key)).toBeNull();
  // What another key says beside ours is passed over.
  expect(openCheckpoint(`${note}— witness.example AAAAAAAA\n`, key)).not.toBeNull();
  for (const wrong of [`${text}more\n`, text.replace('12', '012'), text.replace('12', '-1'), text.slice(0, -1)]) {
    expect(parseCheckpoint(wrong)).toBeNull();
  }
});

test('bundles of entries come apart as they were put together', () => {
  const leaves = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(0xffff, 1)];
  const bundle = formatEntryBundle(leaves);
  expect(bundle.subarray(0, 5)).toEqual(Buffer.from([0, 3, ...Buffer.from('one')]));
  expect(parseEntryBundle(bundle)).toEqual(leaves);
  expect(parseEntryBundle(bundle.subarray(0, -1))).toBeNull();
  expect(parseEntryBundle(bundle.subarray(0, 6))).toBeNull();
  expect(() => formatEntryBundle([Buffer.alloc(0x10000)])).toThrow('longer than a bundle holds');
});

test('a proof file comes back as it was written, and only in this one way', () => {
  const proof = { leaf: Buffer.from('{"a":1}'), index: 3, hashes: [root, root], checkpoint: 'a note\n\n— x y\n' };
  const text = formatProofFile(proof);
  expect(parseProofFile(text)).toEqual(proof);
  expect(parseProofFile(text.replace('index 3', 'index 03'))).toBeNull();
  expect(parseProofFile(text.replace('extra ', 'extra  '))).toBeNull();
  expect(parseProofFile(text.slice(0, 40))).toBeNull();
  expect(parseProofFile(formatProofFile({ ...proof, hashes: [] }))).toEqual({ ...proof, hashes: [] });
});
