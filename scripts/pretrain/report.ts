import type { Assessment } from './assess';
import { STYLES } from './styles';
import type { LogLine } from './training-log';
import { FINE_WORDS } from './words';

/** What the demo checkpoints were asked to reach on the test half. */
const GOALS: Readonly<Record<string, { fine: number; coarse: number }>> = {
  resnet: { fine: 0.8, coarse: 0.95 },
  vit: { fine: 0.65, coarse: 0.95 },
};

/** How the recipes came about; nothing of it is in the logs. */
const CHOICE = [
  'Batch and rate were chosen by runs of two epochs, measured on the 2,000 unlearning images, which no training sees. The',
  'ResNet, in batches of 64: 0.603 at a rate of 6e-4, 0.520 at 1.5e-3, and at 4e-3 a loss so much higher after 400 steps that it was',
  'stopped. The ViT was tried at 1e-3 alone (0.563). Test images decided nothing.',
];

/** The page docs/results/pretrain.md from the logs of both models. */
export function report(logs: ReadonlyMap<string, readonly LogLine[]>): string {
  const finals = [...logs].map(([model, log]) => ({ model, log, final: lastAssessment(log) }));
  return [
    '# Pretraining of the demo checkpoints',
    '',
    'Two small CLIPs, trained from scratch by this repository’s engine on the photographs of CIFAR-10, on the CPU.',
    'Written by `npm run pretrain:report` from the training logs beside the checkpoints; `demo/split.json` holds the split.',
    'Accuracies are zero-shot, one prompt a class ("a photo of a {}"), on images of the test half, which no',
    'training step saw. The last epoch is the one that is shipped; no epoch was chosen on the test half.',
    '',
    '| model | images | class (10 words) | goal | group (animal or vehicle) | goal | greyscale | posterised | sketch |',
    '|---|---|---|---|---|---|---|---|---|',
    ...finals.map(({ model, final }) => {
      const goal = GOALS[model];
      const styles = STYLES.slice(1).map((style) => score(final.fine[style]));
      return `| ${[model, final.images, score(final.fine.photograph), goal?.fine.toFixed(2), score(final.coarse), goal?.coarse.toFixed(2), ...styles].join(' | ')} |`;
    }),
    '',
    'The styles are asked for by their own prompts, such as "a pencil sketch of a {}", on images made from the test half.',
    '',
    ...finals.flatMap(({ model, log, final }) => shortfall(model, log, final)),
    '## By class',
    '',
    `| model | ${FINE_WORDS.join(' | ')} |`,
    `|---|${FINE_WORDS.map(() => '---').join('|')}|`,
    ...finals.map(
      ({ model, final }) => `| ${model} | ${FINE_WORDS.map((word) => score(final.classes[word])).join(' | ')} |`,
    ),
    '',
    '## Learning curve',
    '',
    'Epochs before the last are measured on every fifth image of the test half.',
    '',
    '![Zero-shot accuracy by epoch](pretrain.svg)',
    '',
    ...finals.flatMap(({ model, log }) => curveTable(model, log)),
    '## Settings',
    '',
    ...CHOICE,
    '',
    ...finals.flatMap(({ model, log }) => settingsOf(model, log)),
  ].join('\n');
}

function lastAssessment(log: readonly LogLine[]): Assessment {
  const last = log.findLast((line) => line.kind === 'assessment');
  if (last?.kind !== 'assessment') throw new Error('the log holds no assessment yet');
  return last.heldOut;
}

/** Says where a goal was missed, and whether training had stopped helping. */
function shortfall(model: string, log: readonly LogLine[], final: Assessment): string[] {
  const goal = GOALS[model];
  if (!goal || ((final.fine.photograph ?? 0) >= goal.fine && final.coarse >= goal.coarse)) return [];
  const before =
    log.flatMap((line) => (line.kind === 'assessment' ? [line.heldOut.fine.photograph ?? 0] : [])).at(-2) ?? 0;
  const gain = (final.fine.photograph ?? 0) - before;
  return [
    `**${model} is below its goal.** Its last epoch still changed the class accuracy by ${gain >= 0 ? '+' : ''}${gain.toFixed(3)};`,
    `\`npm run pretrain -- --model ${model} --epochs <more>\` trains it for longer.`,
    '',
  ];
}

function curveTable(model: string, log: readonly LogLine[]): string[] {
  const rows = log.flatMap((line) => {
    if (line.kind !== 'assessment') return [];
    const losses = log.flatMap((of) => (of.kind === 'step' && of.epoch === line.epoch ? [of.loss] : []));
    const loss = losses.reduce((a, b) => a + b, 0) / losses.length;
    return `| ${line.epoch + 1} | ${line.step} | ${loss.toFixed(3)} | ${score(line.heldOut.fine.photograph)} | ${score(line.heldOut.coarse)} |`;
  });
  return [`### ${model}`, '', '| epoch | steps | mean loss | class | group |', '|---|---|---|---|---|', ...rows, ''];
}

function settingsOf(model: string, log: readonly LogLine[]): string[] {
  const starts = log.flatMap((line) => (line.kind === 'start' ? [line] : []));
  const stretches = starts.map(
    ({ step, settings }) => `step ${step}, scheduled for ${Reflect.get(settings, 'epochs')} epochs`,
  );
  const note = starts.length > 1 ? ` Started, and resumed from snapshots, at ${stretches.join('; ')}.` : '';
  return [
    `### ${model}`,
    '',
    `Hours of training: ${(trainingSeconds(log) / 3600).toFixed(2)}.${note}`,
    '',
    '```json',
    JSON.stringify({ ...starts.at(-1)?.settings, environment: starts.at(-1)?.environment }, null, 1),
    '```',
    '',
  ];
}

/** Seconds are counted from each start: the last of every stretch add up. */
function trainingSeconds(log: readonly LogLine[]): number {
  let total = 0;
  let stretch = 0;
  for (const line of log) {
    if (line.kind === 'start') {
      total += stretch;
      stretch = 0;
    } else stretch = line.seconds;
  }
  return total + stretch;
}

function score(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(3);
}
