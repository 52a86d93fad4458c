import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

const root = resolve(__dirname, '../../..');

export interface DemoOptions {
  class: string;
  method: string;
  seed: number;
  checkpoint: string;
  images: string;
  home: string;
  /** Hyper-parameters as JSON, over those of the method's preset for small models. */
  parameters: Record<string, unknown>;
}

export function readOptions(argv: readonly string[]): DemoOptions {
  return new Command('demo')
    .description('Makes a small CLIP forget one class of real photographs, through the API alone.')
    .option('--class <name>', 'the class to forget', 'cat')
    .option('--method <name>', 'the unlearning method', 'clip-erase')
    .option('--seed <number>', 'seed of everything random', wholeNumber, 0)
    .option('--checkpoint <path>', 'the checkpoint to start from', join(root, 'demo/checkpoints/resnet'))
    .option('--images <folder>', 'holds unlearn and evaluate, as folders or archives', join(root, 'demo/images'))
    .option('--home <folder>', 'data folder of the server it starts; emptied first', join(root, '.lethe-demo'))
    .option('--parameters <json>', "hyper-parameters, over those of the method's preset for small models", json, {})
    .parse(argv)
    .opts<DemoOptions>();
}

/** `unlearn` or `evaluate`, packed or not. */
export function imagesOf(folder: string, part: string): string {
  const candidates = ['', '.tar', '.tar.gz'].map((ending) => join(folder, `${part}${ending}`));
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function json(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the same complaint.
  }
  throw new InvalidArgumentError('It must be a JSON object.');
}
