import type { Database } from '../../database';
import type { Claim, Queue } from '../../queue';
import { currentActor } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Checkpoint } from '../checkpoint/checkpoint.entity';
import type { CheckpointService, MadeCheckpoint } from '../checkpoint/checkpoint.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { JobLife } from '../job/job-life';
import type { LineageService } from '../lineage/lineage.service';
import type { OpenLineageOutbox } from '../open-lineage/open-lineage-outbox';
import { Refusal, refuse } from '../refusal/refusals';
import { architectureDifferences } from './architecture-differences';
import { CheckpointMerge, type MergeSource } from './checkpoint-merge.entity';

export interface MergeCheckpoints {
  /** Of the checkpoint to be made. */
  name: string;
  sources: { checkpointId: string; weight: number }[];
  idempotencyKey?: string | null;
}

interface MergeServices {
  database: Database;
  queue: Queue;
  audit: AuditLog;
  checkpoints: CheckpointService;
  lineage: LineageService;
  openLineage: OpenLineageOutbox;
  idempotency: IdempotencyService;
}

/** More are not refused for their own sake: one request shall not read thousands of rows. */
const MOST_SOURCES = 100;

/** Averages of checkpoints: asked for by users, made by executors. */
export class MergeService extends JobLife<CheckpointMerge> {
  constructor(readonly services: MergeServices) {
    super(services, 'MERGE', CheckpointMerge);
  }

  /** Checks that the checkpoints can be averaged and queues it. */
  async request({ idempotencyKey, ...input }: MergeCheckpoints): Promise<CheckpointMerge | Refusal> {
    return this.services.idempotency.once(
      { scope: 'mergeCheckpoints', key: idempotencyKey, input },
      () => this.#request(input),
      (id) => this.getOrFail(id),
    );
  }

  async #request({ name, sources }: Omit<MergeCheckpoints, 'idempotencyKey'>): Promise<CheckpointMerge | Refusal> {
    const { database, queue, lineage } = this.services;
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a checkpoint needs a name' });
    if (sources.length > MOST_SOURCES) {
      return refuse('INVALID_INPUT', ['sources'], { problem: `at most ${MOST_SOURCES} checkpoints can be merged` });
    }
    if (sources.length < 2) return refuse('MERGE_TOO_FEW', ['sources'], { count: sources.length });
    const checkpoints: Checkpoint[] = [];
    for (const [i, { checkpointId, weight }] of sources.entries()) {
      const at = (field: string) => ['sources', String(i), field];
      const checkpoint = await this.services.checkpoints.usable(checkpointId, at('checkpointId'));
      if (checkpoint instanceof Refusal) return checkpoint;
      const label = checkpoint.name;
      if (checkpoints.some(({ id }) => id === checkpoint.id)) {
        return refuse('MERGE_REPEATED', at('checkpointId'), { name: label });
      }
      if (!(weight > 0 && Number.isFinite(weight))) {
        return refuse('MERGE_WEIGHT_INVALID', at('weight'), { name: label, weight });
      }
      const [first = checkpoint] = checkpoints;
      const differences = architectureDifferences(first.config, checkpoint.config);
      if (differences.length > 0) {
        const values = { left: first.name, right: label, differences: differences.join(', ') };
        return refuse('MERGE_ARCHITECTURES_DIFFER', at('checkpointId'), values);
      }
      checkpoints.push(checkpoint);
    }
    const merges = database.repository(CheckpointMerge);
    const { id: requestedBy, vouchers = [] } = currentActor();
    const asked = { requestedBy, requestedByVouchers: [...vouchers] };
    const made = await merges.save(merges.create({ name, sources: shares(sources), ...asked }));
    await lineage.add({ type: 'MERGE', id: made.id, label: name });
    for (const { checkpointId, share } of made.sources) {
      await lineage.link({ from: checkpointId, to: made.id, kind: 'USED', share });
    }
    await queue.enqueue({ kind: 'MERGE', subjectId: made.id });
    const requested = await this.getOrFail(made.id);
    await this.asked(requested);
    return requested;
  }

  protected override kept(row: CheckpointMerge): object {
    const { sources, resultId } = row;
    return { ...super.kept(row), sources, resultId };
  }

  /** Registers the average, with an edge of lineage from the merge and from every source. @throws LeaseLost */
  async succeed(claim: Claim, made: MadeCheckpoint): Promise<void> {
    const { checkpoints, lineage } = this.services;
    await this.settle(claim, 'SUCCEEDED', async ({ id: mergeId, sources }) => {
      const { id: to } = await checkpoints.registerMade(made, { mergeId });
      await lineage.link({ from: mergeId, to, kind: 'GENERATED' });
      for (const { checkpointId: from, share } of sources) await lineage.link({ from, to, kind: 'MERGED', share });
      return { resultId: to };
    });
  }
}

/** Weights that sum to 1. Divided by the largest first, so that the sum of large ones stays finite. */
function shares(sources: MergeCheckpoints['sources']): MergeSource[] {
  const largest = Math.max(...sources.map(({ weight }) => weight));
  const total = sources.reduce((sum, { weight }) => sum + weight / largest, 0);
  return sources.map(({ checkpointId, weight }) => ({ checkpointId, share: weight / largest / total }));
}
