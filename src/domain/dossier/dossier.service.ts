import { Any } from 'typeorm';
import type { Database } from '../../database';
import { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import { Dataset } from '../dataset/dataset.entity';
import { Evaluation } from '../evaluation/evaluation.entity';
import { MetricValue } from '../evaluation/metric-value.entity';
import type { Lineage, LineageService } from '../lineage/lineage.service';
import { undeclaredOf } from '../lineage/undeclared';
import { Run } from '../run/run.entity';

/** What the record knows of a checkpoint: the ground of every document about it. */
export interface Dossier {
  checkpoint: Checkpoint;
  /** Everything it came of. */
  lineage: Lineage;
  /** Of the lineage, the checkpoint itself left out. */
  ancestors: Checkpoint[];
  /** Of the checkpoint and these: imported without a word on what it was trained on. */
  undeclared: Checkpoint[];
  datasets: Dataset[];
  /** With method and sets, oldest first. */
  runs: Run[];
  /** The newest evaluation of it on each dataset, with its numbers. */
  evaluations: { dataset: Dataset; evaluation: Evaluation; values: MetricValue[] }[];
}

interface DossierServices {
  database: Database;
  checkpoints: CheckpointService;
  lineage: LineageService;
}

/** Gathers what documents about a checkpoint are written from. */
export class DossierService {
  constructor(readonly services: DossierServices) {}

  /** Null when there is no such checkpoint. */
  async of(checkpointId: string): Promise<Dossier | null> {
    const { database, checkpoints } = this.services;
    const checkpoint = await checkpoints.get(checkpointId);
    if (!checkpoint) return null;
    const lineage = await this.services.lineage.of(checkpoint.id, {
      direction: 'ANCESTORS',
      maxDepth: 10_000,
      maxNodes: 20_000,
    });
    if (!lineage) throw new Error(`internal: checkpoint ${checkpoint.id} is not in the lineage`);
    const ids = lineage.nodes.map(({ node }) => node.id);
    const among = { where: { id: Any(ids) }, order: { createdAt: 'ASC', id: 'ASC' } } as const;
    const found = await database.repository(Checkpoint).find(among);
    const { projectId } = checkpoint;
    const undeclared = await undeclaredOf(database, { projectId, ids, asOf: lineage.asOf });
    return {
      checkpoint,
      lineage,
      ancestors: found.filter(({ id }) => id !== checkpoint.id),
      undeclared: found.filter(({ id }) => undeclared.includes(id)),
      datasets: await database.repository(Dataset).find(among),
      runs: await database
        .repository(Run)
        .find({ ...among, relations: { method: true, forgetSet: true, retainSet: true } }),
      evaluations: await this.#evaluations(checkpoint.id),
    };
  }

  async #evaluations(checkpointId: string): Promise<Dossier['evaluations']> {
    const { database } = this.services;
    const rows = await database.repository(Evaluation).find({
      where: { checkpointId, status: 'SUCCEEDED' },
      relations: { dataset: true },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
    const newest = rows.filter((row, i) => rows.findIndex(({ datasetId }) => datasetId === row.datasetId) === i);
    const values = await database.repository(MetricValue).find({
      where: { evaluationId: Any(newest.map(({ id }) => id)) },
      order: { position: 'ASC' },
    });
    return newest.map((evaluation) => ({
      evaluation,
      dataset: evaluation.dataset!,
      values: values.filter(({ evaluationId }) => evaluationId === evaluation.id),
    }));
  }
}
