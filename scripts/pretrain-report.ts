import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { curvesOf, learningCurve } from './pretrain/learning-curve';
import { report } from './pretrain/report';
import { readLog } from './pretrain/training-log';

const COLOURS = { resnet: ['#1f5fa8', '#8fb8e0'], vit: ['#b0451b', '#e8ab8f'] } as const;

/** Writes docs/results/pretrain.md and its plot from the logs beside the demo checkpoints: npm run pretrain:report */
const logs = new Map(
  Object.keys(COLOURS)
    .map((model) => [model, readLog(join('demo', 'checkpoints', `${model}.jsonl`))] as const)
    .filter(([, log]) => log.some(({ kind }) => kind === 'assessment')),
);
const folder = join('docs', 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'pretrain.md'), report(logs));
const curves = [...logs].flatMap(([model, log]) => curvesOf(model, log, COLOURS[model as keyof typeof COLOURS]));
writeFileSync(join(folder, 'pretrain.svg'), learningCurve(curves));
