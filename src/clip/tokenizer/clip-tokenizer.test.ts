import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTokenizer } from '..';
import type { TextConfig } from '../config';
import type { CompanionFiles } from '../layouts/layout';
import { FIXTURES } from '../testing/fixtures';
import { clipTokenizerFiles } from './clip-vocabulary';

interface Tokens {
  merges: number;
  context: number;
  texts: { text: string; full: number[]; small: number[]; openai: number[] | null }[];
}

const textConfig = (vocabSize: number, contextLength: number): TextConfig => ({
  width: 8,
  layers: 1,
  heads: 1,
  mlpWidth: 8,
  vocabSize,
  contextLength,
  startToken: vocabSize - 2,
  eotToken: vocabSize - 1,
  pooling: 'argmax',
});

const only = (files: CompanionFiles, names: string[]): CompanionFiles =>
  new Map([...files].filter(([name]) => names.includes(name)));

const expected: Tokens = JSON.parse(readFileSync(join(FIXTURES, 'tokens.json'), 'utf8'));
const SMALL = 512 + expected.merges + 2;

describe('the tokenizer', () => {
  it('gives the ids of transformers with CLIP’s whole vocabulary, which it has without files', () => {
    const tokenizer = createTokenizer(new Map(), textConfig(49408, 77), '');
    for (const { text, full } of expected.texts) expect([text, tokenizer.tokens(text)]).toEqual([text, full]);
  });

  it.each([
    ['tokenizer.json as we write it', ['tokenizer.json']],
    ['vocab.json and merges.txt', ['vocab.json', 'merges.txt']],
  ])('gives the ids of transformers with a reduced vocabulary, from %s', (_, names) => {
    const files = only(clipTokenizerFiles(expected.context, expected.merges), names);
    const tokenizer = createTokenizer(files, textConfig(SMALL, expected.context), '');
    for (const { text, small } of expected.texts) expect([text, tokenizer.tokens(text)]).toEqual([text, small]);
  });

  it('reads the tokenizer.json that transformers writes', async () => {
    const files = new Map([['tokenizer.json', await readFile(join(FIXTURES, 'tokenizer/tokenizer.json'))]]);
    const tokenizer = createTokenizer(files, textConfig(SMALL, expected.context), '');
    for (const { text, small } of expected.texts) expect([text, tokenizer.tokens(text)]).toEqual([text, small]);
  });

  it('pads with the end token, and keeps the end token of a text that is too long', () => {
    const tokenizer = createTokenizer(clipTokenizerFiles(6, 40), textConfig(SMALL, 6), '');
    const [start, end] = [SMALL - 2, SMALL - 1];
    const ids = tokenizer.tokens('in');
    expect([...tokenizer.encode('in')].map(Number)).toEqual([...ids, ...Array(6 - ids.length).fill(end)]);
    const long = [...tokenizer.encode('a b c d e f g h')].map(Number);
    expect([long.length, long[0], long.indexOf(end)]).toEqual([6, start, 5]);
  });
});

describe('a tokenizer that does not fit', () => {
  const refusal = (files: CompanionFiles, config: TextConfig) => {
    try {
      createTokenizer(files, config, 'folder');
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'accepted';
  };

  it('is refused when it has more ids than the embedding table', () => {
    expect(refusal(clipTokenizerFiles(10, 40), textConfig(SMALL - 1, 10))).toBe('MALFORMED_TOKENIZER');
  });
  it('is refused when it is missing and the table is not of CLIP’s size', () => {
    expect(refusal(new Map(), textConfig(SMALL, 10))).toBe('MISSING_TOKENIZER');
  });
  it('is refused when it ends texts with another token than the tower looks for', () => {
    const config: TextConfig = { ...textConfig(SMALL, 10), pooling: 'eot', eotToken: 7 };
    expect(refusal(clipTokenizerFiles(10, 40), config)).toBe('MALFORMED_TOKENIZER');
  });
  it('is refused when its file is not JSON, or JSON of something else', () => {
    expect(refusal(new Map([['tokenizer.json', Buffer.from('{')]]), textConfig(SMALL, 10))).toBe('MALFORMED_CONFIG');
    expect(refusal(new Map([['tokenizer.json', Buffer.from('{"a":1}')]]), textConfig(SMALL, 10))).toBe(
      'MALFORMED_TOKENIZER',
    );
  });
});
