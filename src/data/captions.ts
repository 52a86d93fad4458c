import { posix } from 'node:path';
import { DataRefusal } from './data-refusal';

/** One line of captions.jsonl: {"file": "cats/1.jpg", "caption": "a photo of a cat", "label": "cat"}; the label is optional. */
export interface Caption {
  /** From the dataset's root. */
  readonly file: string;
  readonly caption: string;
  readonly label: string | null;
  /** Counted from 1. */
  readonly line: number;
}

/** As the name of a folder, which a label is otherwise. */
const LONGEST_LABEL = 255;

/** Parses captions.jsonl; its file names are relative to the folder it lies in. */
export function parseCaptions(name: string, bytes: Buffer): Caption[] {
  const folder = posix.dirname(name);
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((text, at) => (text.trim() === '' ? [] : [parseLine(text, at + 1, folder)]));
}

function parseLine(text: string, line: number, folder: string): Caption {
  const invalid = (why: string) => new DataRefusal('CAPTIONS_INVALID', `captions.jsonl:${line}: ${why}.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('not JSON');
  }
  if (typeof value !== 'object' || value === null) throw invalid('not an object');
  const { file, caption, label } = value as Record<string, unknown>;
  if (typeof file !== 'string' || file === '') throw invalid('"file" must name an image');
  if (typeof caption !== 'string' || caption.trim() === '') throw invalid('"caption" must be a text');
  if (label !== undefined && label !== null && typeof label !== 'string') throw invalid('"label" must be a text');
  for (const [name, given] of Object.entries({ caption, label })) {
    if (/\p{Surrogate}/u.test(given ?? '') || given?.includes('\0')) {
      throw invalid(`"${name}" has U+0000 or half of a surrogate pair in it`);
    }
  }
  if (label && label.length > LONGEST_LABEL) throw invalid(`"label" may have at most ${LONGEST_LABEL} characters`);
  return { file: posix.normalize(posix.join(folder, file)), caption, label: label ?? null, line };
}
