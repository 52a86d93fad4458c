import { CheckpointRefused } from '../refusal';
import { ELEMENT_TYPES, type ElementName } from './element-type';

/** Where one tensor lies in a file: bytes [begin, end) counted from the end of the header. */
export interface TensorEntry {
  name: string;
  dtype: ElementName;
  shape: readonly number[];
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  tensors: TensorEntry[];
  metadata: Record<string, string>;
  /** Offset of the first byte of data in the file. */
  dataStart: number;
}

/** The format's own bound; a lying length must not make us allocate. */
export const MAX_HEADER_BYTES = 100_000_000;

/**
 * Parses the JSON header and proves that its tensors tile the data exactly: no gap, no overlap, nothing outside the
 * file. That is the format's own rule (https://github.com/huggingface/safetensors#format); a file that breaks it was
 * cut short or made to deceive.
 *
 * @param json the header's text
 * @param dataBytes how many bytes follow the header in the file
 */
export function parseHeader(json: string, dataStart: number, dataBytes: number, path: string): SafetensorsHeader {
  const refuse = (why: string): never => {
    throw new CheckpointRefused('MALFORMED_HEADER', `${why}. Download or export the file again.`, path);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    refuse('The header is not valid JSON');
  }
  rejectDuplicateNames(json, refuse);
  if (!isRecord(parsed)) return refuse('The header is not a JSON object');
  const { __metadata__: metadata = {}, ...rest } = parsed;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    return refuse('__metadata__ must map names to strings');

  const tensors = Object.entries(rest).map(([name, entry]) => parseEntry(name, entry, refuse));
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of tensors) {
    if (begin < at) refuse(`Tensor ${name} starts at byte ${begin}, inside the tensor before it`);
    if (begin > at) refuse(`Bytes ${at} to ${begin}, before tensor ${name}, belong to no tensor`);
    if (end > dataBytes)
      refuse(`Tensor ${name} ends at byte ${end} but the file holds ${dataBytes} bytes of data: it was cut short`);
    at = end;
  }
  if (at !== dataBytes) refuse(`The last ${dataBytes - at} bytes of the file belong to no tensor`);
  return { tensors, metadata: metadata as Record<string, string>, dataStart };
}

function parseEntry(name: string, entry: unknown, refuse: (why: string) => never): TensorEntry {
  if (!isRecord(entry)) return refuse(`Tensor ${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_TYPES, dtype))
    return refuse(`Tensor ${name} has the unknown element type ${JSON.stringify(dtype)}`);
  if (!isCounts(shape)) return refuse(`Tensor ${name} has no valid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) return refuse(`Tensor ${name} has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, extent) => product * extent, ELEMENT_TYPES[dtype as ElementName].bytes);
  if (end - begin !== bytes)
    return refuse(`Tensor ${name} is ${dtype} [${shape}], ${bytes} bytes, but its offsets span ${end - begin}`);
  return { name, dtype: dtype as ElementName, shape, begin, end };
}

/**
 * JSON.parse keeps the last of two equal keys, so a header could show one tensor to us and another to the next reader.
 * Walks over text already known to be valid JSON: tensor names are the strings at depth one that a colon follows.
 */
function rejectDuplicateNames(json: string, refuse: (why: string) => never): void {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    else if (c === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
      if (depth !== 1) continue;
      let next = i + 1;
      while (json[next] === ' ' || json[next] === '\n' || json[next] === '\r' || json[next] === '\t') next++;
      if (json[next] !== ':') continue;
      // Unescaped before comparing: "a" and "\u0061" are one name.
      const name: string = JSON.parse(json.slice(start, i + 1));
      if (seen.has(name)) refuse(`Tensor ${name} is listed twice`);
      seen.add(name);
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
