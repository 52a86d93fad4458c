import type { Database } from '../../database';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import type { DatasetService } from '../dataset/dataset.service';
import type { LineageService } from '../lineage/lineage.service';
import type { Protocol } from '../policy/protocol';
import { Refusal, refuse } from '../refusal/refusals';
import { refuseShared } from '../sample-set/refuse-shared';
import type { SampleSet } from '../sample-set/sample-set.entity';
import type { SampleSetService } from '../sample-set/sample-set.service';
import type { AskedVerification } from './check-verification';
import { evidenceSamples } from './evidence-samples';
import { dependentModel } from './independent-models';
import type { VerifyCheckpoint } from './verify-request';

interface Lookups {
  database: Database;
  checkpoints: CheckpointService;
  datasets: DatasetService;
  lineage: LineageService;
  sets: SampleSetService;
}

/** Looks up what is asked for, and chooses the images. */
export async function askedOf(
  input: VerifyCheckpoint,
  { images, seed }: Protocol,
  services: Lookups,
): Promise<AskedVerification | Refusal> {
  const { database, checkpoints, datasets, lineage, sets } = services;
  const models: Checkpoint[] = [];
  for (const field of ['checkpointId', 'originalId', 'retrainedId'] as const) {
    const id = input[field];
    const found = id == null ? null : await checkpoints.usable(id, [field]);
    if (found instanceof Refusal) return found;
    if (found) models.push(found);
  }
  const references: Checkpoint[] = [];
  for (const id of new Set(input.referenceIds ?? [])) {
    const found = await checkpoints.usable(id, ['referenceIds']);
    if (found instanceof Refusal) return found;
    references.push(found);
  }
  const [subject, original, retrained = null] = models as [Checkpoint, Checkpoint, Checkpoint?];
  const forgetSet = await sets.ofKind(input.forgetSetId, 'FORGET', 'forgetSetId');
  if (forgetSet instanceof Refusal) return forgetSet;
  const retainSet = input.retainSetId == null ? null : await sets.ofKind(input.retainSetId, 'RETAIN', 'retainSetId');
  if (retainSet instanceof Refusal) return retainSet;
  const dependent = await dependentModel(
    { database, lineage },
    { subject, original, retrained, references, forgetSet },
  );
  if (dependent) return dependent;
  const dataset = await datasets.get(input.datasetId);
  if (!dataset) return refuse('DATASET_NOT_FOUND', ['datasetId'], { id: input.datasetId });
  const overlap = await overlapOf(services, forgetSet, retainSet, dataset.id);
  if (overlap) return overlap;
  const forgetClasses = forgetSet.classes;
  return {
    subject,
    original,
    retrained,
    references,
    forgetSet,
    retainSet,
    dataset,
    superclasses: input.superclasses ?? [],
    samples: await evidenceSamples(database, { forgetSet, retainSet, dataset, forgetClasses, images, seed }),
    attacks: input.attacks ?? null,
  };
}

async function overlapOf(
  { sets }: Lookups,
  forgetSet: SampleSet,
  retainSet: SampleSet | null,
  datasetId: string,
): Promise<Refusal | null> {
  const left = `forget set ${forgetSet.name}`;
  const held = 'the held-out images';
  const pairs = [
    { left, right: held, field: 'datasetId', found: await sets.overlapWithDataset(forgetSet.id, datasetId) },
  ];
  if (retainSet) {
    const right = `retain set ${retainSet.name}`;
    pairs.push(
      { left, right, field: 'retainSetId', found: await sets.overlap(forgetSet.id, retainSet.id) },
      {
        left: right,
        right: held,
        field: 'datasetId',
        found: await sets.overlapWithDataset(retainSet.id, datasetId),
      },
    );
  }
  for (const { found, left: one, right, field } of pairs) {
    const refusal = refuseShared(found, one, right, field);
    if (refusal) return refusal;
  }
  return null;
}
