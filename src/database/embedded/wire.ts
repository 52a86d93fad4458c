/**
 * As much of PostgreSQL's wire protocol as is needed to pass it on: where messages begin and end.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

export interface WireMessage {
  /** The one-letter type, such as `Q` or `Z`. */
  type: string;
  /** The whole message, type and length included. */
  bytes: Buffer;
}

const PROTOCOL_3 = 196608;
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;

/** What a client says first has no type letter. */
export type Opening = 'startup' | 'encryption' | 'other' | 'incomplete';

export function readOpening(buffer: Buffer): { kind: Opening; length: number } {
  if (buffer.length < 8) return { kind: 'incomplete', length: 0 };
  const length = buffer.readInt32BE(0);
  if (buffer.length < length) return { kind: 'incomplete', length: 0 };
  const code = buffer.readInt32BE(4);
  if (code === PROTOCOL_3) return { kind: 'startup', length };
  return { kind: code === SSL_REQUEST || code === GSS_REQUEST ? 'encryption' : 'other', length };
}

/** Splits typed messages off the front of a buffer; the incomplete rest is returned. */
export function splitMessages(buffer: Buffer): { messages: WireMessage[]; rest: Buffer } {
  const messages: WireMessage[] = [];
  let at = 0;
  while (buffer.length - at >= 5) {
    const end = at + 1 + buffer.readInt32BE(at + 1);
    if (end > buffer.length) break;
    messages.push({ type: String.fromCharCode(buffer[at]!), bytes: buffer.subarray(at, end) });
    at = end;
  }
  return { messages, rest: buffer.subarray(at) };
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A simple query. */
export function query(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`));
}

/** The SQL of a simple query message. */
export function queryText(bytes: Buffer): string {
  return bytes.toString('utf8', 5, bytes.length - 1);
}

/** The channel of a NotificationResponse: 4 bytes of process id, then the name. */
export function notificationChannel(bytes: Buffer): string {
  return bytes.toString('utf8', 9, bytes.indexOf(0, 9));
}

/** What a client hears when it is let in: authentication, parameters, its number, ready. */
export function greeting(connection: number, parameters: Record<string, string>): Buffer {
  const key = Buffer.alloc(8);
  key.writeInt32BE(connection, 0);
  return Buffer.concat([
    message('R', Buffer.alloc(4)),
    ...Object.entries(parameters).map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`))),
    message('K', key),
    message('Z', Buffer.from('I')),
  ]);
}
