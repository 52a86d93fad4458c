import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const MODELS = join(__dirname, '../../../scripts/oracle/clip_models.py');

/** Runs a command of clip_models.py and returns the last line it prints. */
export type Python = (...args: string[]) => string;

/** @param executable a Python with torch, transformers and open_clip_torch */
export const pythonAt =
  (executable: string): Python =>
  (...args) =>
    execFileSync(executable, [MODELS, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      .trim()
      .split('\n')
      .at(-1)!;
