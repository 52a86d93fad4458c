import { Misuse } from '../refusal/misuse';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text can be an id at all: PostgreSQL refuses to compare anything else with a uuid. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** A place in a listing ordered by creation: opaque to clients, stable when rows come and go. */
export interface Position {
  createdAt: Date;
  id: string;
}

export function encodeCursor({ createdAt, id }: Position): string {
  return Buffer.from(`${createdAt.getTime()}:${id}`).toString('base64url');
}

/** @throws Misuse MALFORMED_CURSOR */
export function decodeCursor(cursor: string): Position {
  const [time, id, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (!/^\d{1,15}$/.test(time ?? '') || !isId(id ?? '') || rest.length > 0) {
    throw new Misuse('MALFORMED_CURSOR', 'the cursor is not one that this server gave out');
  }
  return { createdAt: new Date(Number(time)), id: id! };
}

/** The cursor of a run event, and of what has no other place, is a number. @throws Misuse MALFORMED_CURSOR */
export function decodeNumber(cursor: string): number {
  if (!/^\d{1,9}$/.test(cursor))
    throw new Misuse('MALFORMED_CURSOR', 'the cursor is not one that this server gave out');
  return Number(cursor);
}
