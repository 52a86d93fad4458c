import { CheckpointRefused, ImageRefused } from '../clip';
import { DataRefusal } from '../data';
import { DeviceUnavailable } from '../runtime';
import type { FailureCode } from './messages';

/** Why a run ends without a result, in words for the person who started it. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure';

  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown between two steps after the run was cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

const REFUSALS = [CheckpointRefused, DataRefusal, ImageRefused];
/** What ONNX Runtime says when an allocation fails; it throws instead of dying when it can. */
const NO_MEMORY = /bad_alloc|bad allocation|failed to allocate|out of memory/i;

/** The code and the words for anything that can end an attempt. */
export function describeFailure(error: unknown): { readonly code: FailureCode; readonly message: string } {
  if (error instanceof RunFailure) return { code: error.code, message: error.message };
  if (error instanceof DeviceUnavailable) return { code: 'DEVICE_UNAVAILABLE', message: error.message };
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  if (REFUSALS.some((refusal) => error instanceof refusal)) return { code: 'REFUSED', message };
  if (error instanceof Error && 'syscall' in error) return { code: 'STORAGE_FAILED', message };
  if (NO_MEMORY.test(message)) return { code: 'OUT_OF_MEMORY', message: `the trainer ran out of memory: ${message}` };
  return { code: 'INTERNAL', message: `${name}: ${message}` };
}

/** Whether an error says by its kind what happened, so that nobody needs to guess whose it is. */
export function isKnown(error: unknown): boolean {
  return error instanceof Cancelled || describeFailure(error).code !== 'INTERNAL';
}
