import { randomUUID } from 'node:crypto';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { Dataset } from '../dataset/dataset.entity';
import type { Dossier } from './dossier.service';
import { families, limits, origin } from './facts';

/** Edges that say what something was made from; runs and merges stand between, and are left out. */
const MADE_FROM = ['TRAINED', 'FINE_TUNED', 'UNLEARNED', 'MERGED'];

/**
 * A CycloneDX 1.6 bill of materials of a model: its files with their hashes, its model card, what it was made from.
 * https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(dossier: Dossier, version: string): string {
  const { checkpoint, ancestors, datasets, lineage } = dossier;
  const described = new Set([checkpoint, ...ancestors, ...datasets].map(({ id }) => id));
  const madeFrom = lineage.edges.filter(({ kind, fromId }) => MADE_FROM.includes(kind) && described.has(fromId));
  const unknown = dossier.undeclared.length > 0;
  return JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: `urn:uuid:${randomUUID()}`,
      version: 1,
      metadata: {
        timestamp: lineage.asOf.toISOString(),
        tools: { components: [{ type: 'application', name: 'Lethe', version }] },
        component: { ...model(checkpoint), ...card(dossier), pedigree: { notes: origin(dossier) } },
      },
      components: [...ancestors.map(model), ...datasets.map(data)],
      dependencies: [...described].map((ref) => ({
        ref,
        dependsOn: madeFrom.filter(({ toId }) => toId === ref).map(({ fromId }) => fromId),
      })),
      compositions: [
        {
          aggregate: unknown ? 'unknown' : lineage.complete ? 'complete' : 'incomplete',
          dependencies: [checkpoint.id],
        },
      ],
    },
    null,
    2,
  );
}

function model({ id, name, digest, files, layout }: Checkpoint): object {
  return {
    type: 'machine-learning-model',
    'bom-ref': id,
    name,
    version: digest,
    properties: [
      { name: 'lethe:digest', value: digest },
      { name: 'lethe:layout', value: layout },
    ],
    components: files.map((file) => ({
      type: 'file',
      'bom-ref': `${id}/${file.path}`,
      name: file.path,
      hashes: [{ alg: 'SHA-256', content: file.digest }],
    })),
  };
}

function data({ id, name, digest, sampleCount, classes }: Dataset): object {
  return {
    type: 'data',
    'bom-ref': id,
    name,
    version: digest,
    data: [
      {
        type: 'dataset',
        name,
        description: `${sampleCount} images`,
        contents: { properties: classes.map((value) => ({ name: 'class', value })) },
      },
    ],
  };
}

function card({ checkpoint, lineage, evaluations }: Dossier): object {
  const trainedOn = lineage.edges.filter(({ kind, toId }) => kind === 'TRAINED' && toId === checkpoint.id);
  return {
    modelCard: {
      modelParameters: {
        approach: { type: 'self-supervised' },
        task: 'zero-shot image classification',
        architectureFamily: families[checkpoint.architecture],
        modelArchitecture: 'CLIP',
        datasets: trainedOn.map(({ fromId }) => ({ ref: fromId })),
        inputs: [{ format: 'image' }, { format: 'text' }],
        outputs: [{ format: 'similarity of image and text' }],
      },
      quantitativeAnalysis: {
        performanceMetrics: evaluations.flatMap(({ dataset, values }) =>
          values.map(({ metric, key, subject, value, lower, upper }) => ({
            type: `${metric} ${key}`,
            value: String(value),
            slice: subject === null ? dataset.name : `${dataset.name}: ${subject}`,
            ...(lower === null || upper === null
              ? {}
              : { confidenceInterval: { lowerBound: String(lower), upperBound: String(upper) } }),
          })),
        ),
      },
      considerations: { technicalLimitations: limits },
    },
  };
}
