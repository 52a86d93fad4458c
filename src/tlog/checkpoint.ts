import { fromBase64 } from './base64';
import { HASH_BYTES } from './merkle';
import { type NoteKey, openNote } from './signed-note';

/** A log at one moment. https://c2sp.org/tlog-checkpoint */
export interface LogCheckpoint {
  /** The log's name. */
  origin: string;
  /** Leaves. */
  size: number;
  root: Buffer;
}

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root }: LogCheckpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Null when the text is no checkpoint; extension lines are none of ours and refused. */
export function parseCheckpoint(text: string): LogCheckpoint | null {
  const [, origin, size, encoded] = /^(.+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/=]+)\n$/.exec(text) ?? [];
  const root = encoded === undefined ? null : fromBase64(encoded);
  if (origin === undefined || root?.length !== HASH_BYTES) return null;
  const checkpoint = { origin, size: Number(size), root };
  return Number.isSafeInteger(checkpoint.size) ? checkpoint : null;
}

/** The checkpoint in a note that the log of this key signed; null when it did not, or it is of another log. */
export function openCheckpoint(note: string, key: NoteKey): LogCheckpoint | null {
  const text = openNote(note, key);
  const checkpoint = text === null ? null : parseCheckpoint(text);
  return checkpoint?.origin === key.name ? checkpoint : null;
}
