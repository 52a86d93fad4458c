import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CompanionFiles } from '../layouts/layout';
import { jsonFile } from '../layouts/layout';

export const START_OF_TEXT = '<|startoftext|>';
export const END_OF_TEXT = '<|endoftext|>';

/** A byte-pair vocabulary: tokens with their ids, and pairs of tokens in the order in which they are merged. */
export interface Vocabulary {
  ids: Readonly<Record<string, number>>;
  merges: readonly string[];
}

/** The 48,894 merges of CLIP's vocabulary, most frequent first (https://github.com/openai/CLIP, MIT licence). */
export function clipMerges(): string[] {
  const file = join(__dirname, '../../../../assets/clip-merges.txt.gz');
  return gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
}

/**
 * CLIP's vocabulary cut to its first merges, so that a small model has a small embedding table: every text still has
 * tokens, down to single bytes. The ids are: bytes, bytes that end a word, merges, start of text, end of text. With all
 * merges these are CLIP's own 49,408 ids; end of text is always the highest, which CLIP's pooling relies on.
 */
export function clipVocabulary(mergeCount?: number): Vocabulary {
  const merges = clipMerges().slice(0, mergeCount);
  const bytes = byteCharacters();
  const tokens = [
    ...bytes,
    ...bytes.map((character) => `${character}</w>`),
    ...merges.map((pair) => pair.replace(' ', '')),
    START_OF_TEXT,
    END_OF_TEXT,
  ];
  return { ids: Object.fromEntries(tokens.map((token, id) => [token, id])), merges };
}

/** GPT-2's printable stand-ins for the 256 bytes, in CLIP's order: bytes that print as themselves first. */
function byteCharacters(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !printable(byte));
  return [
    ...bytes.filter(printable).map((byte) => String.fromCharCode(byte)),
    ...others.map((_, i) => String.fromCharCode(256 + i)),
  ];
}

/** The tokenizer files that transformers, open_clip and diffusers load, for CLIP's first `mergeCount` merges (all by default). */
export function clipTokenizerFiles(contextLength: number, mergeCount?: number): CompanionFiles {
  const vocabulary = clipVocabulary(mergeCount);
  return new Map([
    ['vocab.json', Buffer.from(JSON.stringify(vocabulary.ids))],
    ['merges.txt', Buffer.from(`#version: 0.2\n${vocabulary.merges.join('\n')}\n`)],
    ['tokenizer.json', Buffer.from(JSON.stringify(tokenizerJson(vocabulary)))],
    [
      'tokenizer_config.json',
      jsonFile({
        tokenizer_class: 'CLIPTokenizer',
        bos_token: START_OF_TEXT,
        eos_token: END_OF_TEXT,
        unk_token: END_OF_TEXT,
        pad_token: END_OF_TEXT,
        do_lower_case: true,
        model_max_length: contextLength,
      }),
    ],
    [
      'special_tokens_map.json',
      jsonFile({ bos_token: START_OF_TEXT, eos_token: END_OF_TEXT, unk_token: END_OF_TEXT, pad_token: END_OF_TEXT }),
    ],
  ]);
}

/** The pipeline of a CLIP tokenizer as the tokenizers library describes it (`CLIPConverter` of transformers). */
export function tokenizerJson({ ids, merges }: Vocabulary): object {
  const special = (content: string, normalized: boolean) => ({
    id: ids[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(START_OF_TEXT, true), special(END_OF_TEXT, false)],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END_OF_TEXT, ids[END_OF_TEXT]],
      cls: [START_OF_TEXT, ids[START_OF_TEXT]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: END_OF_TEXT,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab: ids,
      merges,
    },
  };
}
