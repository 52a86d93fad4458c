import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { MetricValue } from '../evaluation/metric-value.entity';
import type { Dossier } from './dossier.service';

/** Families in words that readers of a model card know. */
export const families: Record<Checkpoint['architecture'], string> = {
  VIT: 'vision transformer',
  MODIFIED_RESNET: 'residual neural network',
};

/** What every document must say, whatever the numbers are. */
export const limits = [
  'Unlearning is approximate: low accuracy on what was forgotten does not show that no trace is left in the weights.',
  'Training is known as far as it was declared when a checkpoint was imported, or was done by Lethe.',
];

/** How its weights came to be. */
export function origin({ checkpoint, lineage, runs }: Dossier): string {
  const run = runs.find(({ id }) => id === checkpoint.runId);
  if (run) return `made by run ${run.id}: ${run.method!.name}, seed ${run.seed}, to forget ${run.forgetSet!.name}`;
  const labels = new Map(lineage.nodes.map(({ node }) => [node.id, node.label]));
  const parents = lineage.edges.filter(({ toId, kind }) => toId === checkpoint.id && kind !== 'GENERATED');
  const named = parents.map(({ fromId, kind, share }) => {
    const weight = share === null ? '' : ` (weight ${share.toFixed(3)})`;
    const how = kind === 'IDENTICAL' ? 'identical to' : `${kind.toLowerCase().replace('_', '-')} from`;
    return `${how} ${labels.get(fromId)}${weight}`;
  });
  const how = checkpoint.mergeId ? 'averaged by Lethe' : imported(checkpoint);
  return [how, ...named].join('; ');
}

/** Documents are published: a model of the hub is named, a path of the server is nobody's business. */
function imported({ source }: Checkpoint): string {
  return source?.startsWith('hf:') ? `imported from ${source}` : 'imported from files';
}

/** `0.850 [0.794, 0.893]` */
export function shown({ value, lower, upper }: MetricValue): string {
  const interval = lower === null || upper === null ? '' : ` [${lower.toFixed(3)}, ${upper.toFixed(3)}]`;
  return `${value.toFixed(3)}${interval}`;
}

/** Text that users chose, as Markdown that shows it and does nothing else. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#&~]/g, '\\$&');
}

/** A Markdown table. */
export function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
