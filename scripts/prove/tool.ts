import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Evidence } from './evidence';

/** A program that we did not write, and what it says of our files. */
export interface Tool {
  name: string;
  /** Why it cannot be asked here; null when it can. Whatever it needs goes under `scratch`. */
  prepare(scratch: string): Promise<string | null>;
  checks: Check[];
}

export interface Check {
  /** What the tool finds to be so. */
  claim: string;
  /** Whether it does. */
  holds(evidence: Evidence): Promise<boolean>;
  /** The file in which one changed byte must be noticed, and that change. */
  tamper: { file(evidence: Evidence): string; change(bytes: Buffer): Buffer };
}

/** Whether a program ends with 0, and what it said. */
export async function runs(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ ok: boolean; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { ...options, maxBuffer: 1 << 26 });
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    return { ok: false, output: stdout + stderr || message };
  }
}

/** One bit of the byte in the middle. */
export function flipMiddle(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[Math.floor(bytes.length / 2)]! ^= 1;
  return changed;
}

/** One byte of what a bundle's signature covers, in a bundle that is well-formed as before. */
export function changePayload(bytes: Buffer): Buffer {
  const bundle = JSON.parse(bytes.toString()) as { dsseEnvelope: { payload: string } };
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64');
  const digit = payload.findIndex((byte, i) => i > payload.length / 2 && byte >= 0x30 && byte < 0x39);
  payload[digit]! += 1;
  bundle.dsseEnvelope.payload = payload.toString('base64');
  return Buffer.from(JSON.stringify(bundle));
}

/** The size in a checkpoint, one more. */
export function changeSize(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString().replace(/\n(\d+)\n/, (_, size: string) => `\n${Number(size) + 1}\n`));
}
