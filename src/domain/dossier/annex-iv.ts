import type { Dossier } from './dossier.service';
import { families, limits, origin, plain, table } from './facts';
import { evaluation } from './model-card';

/** What the record cannot know. */
const missing = (what: string) => `_To be filled in by the provider: ${what}._`;

/** The points of Annex IV of Regulation (EU) 2024/1689, in its order, and what the record has to say to each. */
const points: { title: string; body: (dossier: Dossier) => string[] }[] = [
  {
    title: 'General description of the AI system',
    body: ({ checkpoint, lineage }) => [
      `The model ${plain(checkpoint.name)} is a CLIP (${families[checkpoint.architecture]}, ${checkpoint.parameterCount.toLocaleString('en')} weights) of layout ${checkpoint.layout}, identified by sha256 \`${checkpoint.digest}\`. It entered the record at ${checkpoint.createdAt.toISOString()}; this text shows the record as it stood at ${lineage.asOf.toISOString()}.`,
      missing(
        'intended purpose, provider, versions of the system, how it interacts with hardware and software, forms in which it is placed on the market, user interface, instructions for use',
      ),
    ],
  },
  {
    title: 'Elements of the AI system and the process of its development',
    body: (dossier) => [
      `Its weights were ${plain(origin(dossier))}.`,
      dossier.datasets.length === 0
        ? 'No dataset is on record.'
        : table(
            ['dataset', 'images', 'classes', 'sha256'],
            dossier.datasets.map(({ name, sampleCount, classes, digest }) => [
              plain(name),
              String(sampleCount),
              plain(classes.join(', ')) || 'captions',
              digest,
            ]),
          ),
      missing(
        'design specifications, the reasons for the main choices, computational resources of the original training, provenance and labelling of the data, human oversight measures (Article 14), cybersecurity measures',
      ),
    ],
  },
  {
    title: 'Monitoring, functioning and control',
    body: () => [
      ...limits,
      missing(
        'capabilities and limits in the intended use, foreseeable unintended outcomes, human oversight, specifications of input data',
      ),
    ],
  },
  {
    title: 'Appropriateness of the performance metrics',
    body: (dossier) => [evaluation(dossier), missing('why these metrics fit the specific system')],
  },
  { title: 'Risk management system (Article 9)', body: () => [missing('the risk management system')] },
  {
    title: 'Relevant changes through the lifecycle',
    body: ({ lineage, runs }) => {
      const label = new Map(lineage.nodes.map(({ node }) => [node.id, node.label]));
      const changes = lineage.edges
        .filter(({ kind }) => kind === 'UNLEARNED' || kind === 'MERGED' || kind === 'FINE_TUNED')
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
      const listed = changes.map(({ createdAt, fromId, toId, kind }) => [
        createdAt.toISOString(),
        `${plain(label.get(fromId)!)} to ${plain(label.get(toId)!)}`,
        kind.toLowerCase().replace('_', '-'),
      ]);
      return [
        changes.length === 0 ? 'No change is on record.' : table(['when', 'what', 'how'], listed),
        ...runs.map(
          (run) =>
            `Run ${run.id} (${run.status}) used ${plain(run.method!.name)} ${plain(run.method!.version)} with seed ${run.seed} to forget ${plain(run.forgetSet!.name)}, ${run.forgetSet!.sampleCount} samples.`,
        ),
        missing('changes to the system around the model, and those made before it was imported'),
      ];
    },
  },
  {
    title: 'Harmonised standards applied',
    body: () => [missing('harmonised standards applied in full or in part, or the other solutions adopted')],
  },
  {
    title: 'EU declaration of conformity (Article 47)',
    body: () => [missing('a copy of the declaration')],
  },
  {
    title: 'Post-market monitoring (Article 72)',
    body: () => [
      missing('the system to evaluate performance after the market phase has begun, and the plan of Article 72(3)'),
    ],
  },
];

/**
 * The skeleton of a technical documentation: filled in where the record knows, and saying so where it does not.
 * Annex IV of Regulation (EU) 2024/1689, https://eur-lex.europa.eu/eli/reg/2024/1689/oj
 */
export function annexIv(dossier: Dossier): string {
  const sections = points.map(({ title, body }, i) => `## ${i + 1}. ${title}\n\n${body(dossier).join('\n\n')}`);
  return `# Technical documentation: ${plain(dossier.checkpoint.name)}\n\nAfter Annex IV of Regulation (EU) 2024/1689.\n\n${sections.join('\n\n')}\n`;
}
