import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Assessment } from './assess';

/** One line of the log. `step` counts finished steps. */
export type LogLine =
  | { readonly kind: 'start'; readonly step: number; readonly settings: object; readonly environment: object }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly epoch: number;
      readonly loss: number;
      readonly logitScale: number;
      readonly learningRate: number;
      readonly seconds: number;
    }
  | {
      readonly kind: 'assessment';
      readonly step: number;
      readonly epoch: number;
      readonly seconds: number;
      readonly heldOut: Assessment;
    };

/** The training log: JSON lines. What a killed training logged after its last snapshot is dropped when it resumes. */
export class TrainingLog {
  constructor(
    private readonly file: string,
    resumedAt: number,
  ) {
    mkdirSync(dirname(file), { recursive: true });
    const kept = resumedAt > 0 ? readLog(file).filter(({ step }) => step <= resumedAt) : [];
    writeFileSync(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  write(line: LogLine): void {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

/** All lines of a log; none when there is no such file. */
export function readLog(file: string): LogLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}
