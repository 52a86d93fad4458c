import { join, resolve } from 'node:path';
import { Command } from 'commander';

const root = resolve(__dirname, '../../..');

export interface ErasureOptions {
  class: string;
  method: string;
  checkpoint: string;
  images: string;
  home: string;
}

export function readOptions(argv: readonly string[]): ErasureOptions {
  return new Command('demo:erasure')
    .description('Takes an erasure request from receipt to a verified certificate, through the API alone.')
    .option('--class <name>', 'the class whose images the subject wants forgotten', 'cat')
    .option('--method <name>', 'the unlearning method', 'clip-erase')
    .option('--checkpoint <path>', 'the checkpoint in production', join(root, 'demo/checkpoints/resnet'))
    .option('--images <folder>', 'holds pretrain and evaluate, as folders or archives', join(root, 'demo/images'))
    .option('--home <folder>', 'data folder of the server it starts; emptied first', join(root, '.lethe-erasure'))
    .parse(argv)
    .opts<ErasureOptions>();
}
