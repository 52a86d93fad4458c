import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import type { Weights } from '../engine';
import type { Device } from '../runtime';
import type { Position } from './messages';
import type { Send } from './reporter';
import type { SnapshotSink } from './run-context';

/** Everything a stage needs to go on as if it had never stopped. */
export interface Snapshot {
  readonly run: string;
  /** A run that goes on elsewhere keeps the thread count it began with: it decides the low bits. */
  readonly threads: number;
  readonly device: Device;
  readonly position: Position;
  /** What finished stages answered, in order: a resumed method gets these answers without repeating the work. */
  readonly finished: readonly StageRecord[];
  /** Named groups of arrays: `state` (weights and moments), `best` (weights kept so far). */
  readonly arrays: Readonly<Record<string, Weights>>;
  /** Small facts of the stage, such as the best score so far. */
  readonly facts: Readonly<Record<string, number>>;
}

export interface StageRecord {
  readonly stage: string;
  readonly answer: unknown;
}

interface Entry {
  readonly group: string;
  readonly name: string;
  readonly shape: number[];
}

type Header = Omit<Snapshot, 'arrays'> & { readonly entries: readonly Entry[] };

const MAGIC = Buffer.from('LETHE-SNAPSHOT-1');
const DIGEST_BYTES = 32;

/**
 * Writes magic, header length, header (JSON), arrays (little-endian float32) and a SHA-256 of all of that. The file
 * appears under its name only when it is whole and on disk: a killed trainer leaves the previous one.
 */
export async function writeSnapshot(path: string, { arrays, ...rest }: Snapshot): Promise<void> {
  const entries: Entry[] = [];
  const bodies: Buffer[] = [];
  for (const [group, weights] of Object.entries(arrays)) {
    for (const [name, { shape, data }] of weights) {
      entries.push({ group, name, shape: [...shape] });
      bodies.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  const header = Buffer.from(JSON.stringify({ ...rest, entries } satisfies Header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const parts = [MAGIC, length, header, ...bodies];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);

  const fresh = `${path}.partial`;
  const file = await open(fresh, 'w');
  try {
    for (const part of [...parts, hash.digest()]) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

/** Reads a snapshot back, or undefined when the file is not whole or another run's: the run then starts over. */
export async function readSnapshot(path: string, run: string): Promise<Snapshot | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes || bytes.length < MAGIC.length + 4 + DIGEST_BYTES) return undefined;
  const body = bytes.subarray(0, -DIGEST_BYTES);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(-DIGEST_BYTES))) return undefined;
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;

  const start = MAGIC.length + 4;
  const headerLength = body.readUInt32LE(MAGIC.length);
  const { entries, ...rest }: Header = JSON.parse(body.toString('utf8', start, start + headerLength));
  if (rest.run !== run) return undefined;
  let offset = start + headerLength;
  const arrays: Record<string, Weights> = {};
  for (const { group, name, shape } of entries) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    // Copied out, because a float array must start at a multiple of four and the header's length is arbitrary.
    const data = new Float32Array(size);
    body.copy(Buffer.from(data.buffer), 0, offset, offset + size * 4);
    offset += size * 4;
    arrays[group] ??= new Map();
    arrays[group].set(name, { shape, data });
  }
  return { ...rest, arrays };
}

/** Keeps the newest snapshot under numbered names, so that one being stored elsewhere is not overwritten meanwhile. */
export class FileSnapshots implements SnapshotSink {
  private savedAt = performance.now();
  private cost = 0;
  private count = 0;

  constructor(
    private readonly path: string,
    private readonly everyMs: number,
    private readonly send: Send,
    private readonly run: Pick<Snapshot, 'run' | 'threads' | 'device'>,
  ) {}

  /** A snapshot of a large model takes long to write: at most a tenth of the time goes into them. */
  due(): boolean {
    return performance.now() - this.savedAt >= Math.max(this.everyMs, 9 * this.cost);
  }

  async save(snapshot: Omit<Snapshot, 'run' | 'threads' | 'device'>): Promise<void> {
    const startedAt = performance.now();
    const file = `${this.path}.${this.count++}`;
    await writeSnapshot(file, { ...this.run, ...snapshot });
    this.send({ type: 'snapshot', file, position: snapshot.position });
    this.savedAt = performance.now();
    this.cost = this.savedAt - startedAt;
  }
}
