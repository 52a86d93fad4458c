import type { Dossier } from './dossier.service';
import { families, limits, origin, plain, shown, table } from './facts';
import { stringify } from './front-matter';

/**
 * A model card as the Hugging Face hub shows it: metadata in YAML, then prose.
 * https://huggingface.co/docs/hub/model-cards, https://github.com/huggingface/hub-docs/blob/main/modelcard.md
 */
export function modelCard(dossier: Dossier): string {
  const { checkpoint, ancestors, undeclared, datasets, runs, lineage } = dossier;
  return `${stringify(metadata(dossier))}
# ${plain(checkpoint.name)}

A CLIP model (${families[checkpoint.architecture]}, ${checkpoint.parameterCount.toLocaleString('en')} weights), ${plain(origin(dossier))}.

## Where it came from

${table(
  ['from', 'to', 'how'],
  lineage.edges
    .filter(({ kind }) => kind !== 'GENERATED' && kind !== 'USED')
    .map(({ fromId, toId, kind }) => [
      label(dossier, fromId),
      label(dossier, toId),
      kind.toLowerCase().replace('_', '-'),
    ]),
)}

${checkpointsIn(ancestors.length)} and ${datasets.length} datasets stand behind it${lineage.complete ? '' : ', and more that this card leaves out'}. ${
    undeclared.length === 0
      ? 'The training data of each is declared.'
      : `Nobody declared the training data of ${undeclared.map(({ name }) => plain(name)).join(', ')}.`
  }

## What it was made to forget

${
  runs.length === 0
    ? 'Nothing, as far as the record goes.'
    : table(
        ['forget set', 'samples', 'method', 'seed', 'run', 'ended as'],
        runs.map((run) => [
          plain(run.forgetSet!.name),
          String(run.forgetSet!.sampleCount),
          plain(run.method!.name),
          String(run.seed),
          run.id,
          run.status,
        ]),
      )
}

## Evaluation

${evaluation(dossier)}

## Limits

${limits.map((limit) => `- ${limit}`).join('\n')}

sha256 of the checkpoint: \`${checkpoint.digest}\`. Written by Lethe from its record as it stood at ${lineage.asOf.toISOString()}.
`;
}

/** The numbers of its newest evaluations, or that there are none. */
export function evaluation({ evaluations }: Dossier): string {
  if (evaluations.length === 0) return 'It was not evaluated.';
  const rows = evaluations.flatMap(({ dataset, values }) =>
    values.map((value) => [
      plain(dataset.name),
      plain(value.subject ?? 'all'),
      `${value.metric} ${plain(value.key)}`,
      shown(value),
      String(value.count),
    ]),
  );
  return table(['dataset', 'of', 'metric', 'value, 95 % interval', 'samples'], rows);
}

function label({ lineage }: Dossier, id: string): string {
  return plain(lineage.nodes.find(({ node }) => node.id === id)!.node.label);
}

const checkpointsIn = (count: number) => `${count} ${count === 1 ? 'checkpoint' : 'checkpoints'}`;

function metadata({ checkpoint, ancestors, evaluations }: Dossier): object {
  const onHub = ancestors
    .map(({ source }) => /^hf:(.+\/.+)$/.exec(source ?? '')?.[1])
    .filter((name) => name !== undefined);
  const accuracies = evaluations.flatMap(({ dataset, values }) =>
    values
      .filter(({ metric, key, subject }) => metric === 'ZERO_SHOT' && key === 'accuracy' && subject === null)
      .map(({ value }) => ({
        task: { type: 'zero-shot-image-classification' },
        dataset: { type: dataset.digest, name: dataset.name },
        metrics: [{ type: 'accuracy', value, name: 'zero-shot accuracy' }],
      })),
  );
  return {
    license: 'unknown',
    pipeline_tag: 'zero-shot-image-classification',
    tags: [
      'clip',
      'lethe',
      ...(checkpoint.runId ? ['machine-unlearning'] : []),
      ...(checkpoint.mergeId ? ['merge'] : []),
    ],
    ...(onHub.length > 0 ? { base_model: onHub } : {}),
    ...(accuracies.length > 0 ? { 'model-index': [{ name: checkpoint.name, results: accuracies }] } : {}),
  };
}
