import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { ConfigObject } from '../checkpoint/config-file';
import type { TextConfig } from '../config';
import type { CompanionFiles } from '../layouts/layout';
import { CheckpointRefused } from '../refusal';
import { clipVocabulary, tokenizerJson } from './clip-vocabulary';

/** Texts to token ids, as a checkpoint's text tower takes them. */
export interface ClipTokenizer {
  readonly contextLength: number;
  readonly startToken: number;
  readonly eotToken: number;
  /** [contextLength] ids: start, text (cut where it is too long), end, padding. */
  encode(text: string): BigInt64Array;
  /** The ids of `encode`, without padding. */
  tokens(text: string): number[];
}

const VOCABULARY_SIZE_OF_CLIP = 49408;

/**
 * The tokenizer that a checkpoint's files describe, by @huggingface/tokenizers. Without such files it is CLIP's own,
 * provided that the embedding table has its size.
 *
 * @param folder where the files come from, for messages
 */
export function createTokenizer(files: CompanionFiles, text: TextConfig, folder: string): ClipTokenizer {
  const settings = parse(files, 'tokenizer_config.json', folder) ?? {};
  const tokenizer = load(pipeline(files, text, folder), settings, folder);
  const encode = (value: string): number[] => tokenizer.encode(value).ids;
  const [startToken, eotToken, ...more] = encode('');
  if (startToken === undefined || eotToken === undefined || more.length > 0)
    throw malformed('The tokenizer does not put a start and an end token around a text', folder);
  const highest = Math.max(...tokenizer.get_vocab().values());
  if (highest >= text.vocabSize)
    throw malformed(`The tokenizer has id ${highest}, but the text tower embeds only ${text.vocabSize} tokens`, folder);
  if (text.pooling === 'argmax' ? highest !== eotToken : eotToken !== text.eotToken)
    throw malformed(`The tokenizer ends texts with id ${eotToken}, where the text tower does not look for it`, folder);

  const { contextLength } = text;
  const padToken = BigInt(padding(tokenizer, settings));
  const tokens = (value: string): number[] => {
    const ids = encode(value);
    return ids.length <= contextLength ? ids : [...ids.slice(0, contextLength - 1), eotToken];
  };
  return {
    contextLength,
    startToken,
    eotToken,
    tokens,
    encode: (value) => {
      const ids = new BigInt64Array(contextLength).fill(padToken);
      ids.set(tokens(value).map(BigInt));
      return ids;
    },
  };
}

/** Nothing after the end token is seen, so the padding matters to no result; the file's choice is kept for comparison. */
function padding(tokenizer: Tokenizer, settings: Record<string, unknown>): number {
  const pad = settings.pad_token;
  const content = typeof pad === 'object' && pad !== null && 'content' in pad ? pad.content : pad;
  return (typeof content === 'string' ? tokenizer.token_to_id(content) : undefined) ?? 0;
}

function pipeline(files: CompanionFiles, text: TextConfig, folder: string): object {
  const whole = parse(files, 'tokenizer.json', folder);
  if (whole) return whole;
  const ids = parse(files, 'vocab.json', folder);
  const merges = files.get('merges.txt');
  if (ids && merges) {
    const lines = Buffer.from(merges).toString('utf8').split('\n');
    return tokenizerJson({
      ids: ids as Record<string, number>,
      merges: lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#version')),
    });
  }
  if (text.vocabSize === VOCABULARY_SIZE_OF_CLIP) return tokenizerJson(clipVocabulary());
  throw new CheckpointRefused(
    'MISSING_TOKENIZER',
    `The text tower has ${text.vocabSize} tokens, not CLIP's 49,408, and no tokenizer.json (or vocab.json with merges.txt) says which. Put the tokenizer's files beside the weights.`,
    folder,
  );
}

function parse(files: CompanionFiles, name: string, folder: string): Record<string, unknown> | undefined {
  const bytes = files.get(name);
  return bytes && ConfigObject.parse(Buffer.from(bytes).toString('utf8'), join(folder, name)).value;
}

function load(json: object, settings: object, folder: string): Tokenizer {
  try {
    return new Tokenizer(json, settings);
  } catch (error) {
    throw malformed(`The tokenizer cannot be built (${error instanceof Error ? error.message : error})`, folder);
  }
}

const malformed = (why: string, folder: string): CheckpointRefused =>
  new CheckpointRefused('MALFORMED_TOKENIZER', `${why}. Are these the tokenizer files of this checkpoint?`, folder);
