import { putFolder } from '../artifacts';
import type { CheckpointMerge, Work } from '../domain';
import type { MergeAssignment, ToTrainer } from '../trainer/messages';
import type { ExecutorContext } from './executor-context';
import { type Final, ShortAttempt } from './short-attempt';

/** One attempt at averaging checkpoints, in a trainer of its own; what it leaves unfinished is thrown away. */
export class MergeAttempt extends ShortAttempt {
  private readonly merge: CheckpointMerge;

  constructor(context: ExecutorContext, { claim, merge }: Extract<Work, { kind: 'MERGE' }>) {
    super(context, claim, context.domain.merges);
    this.merge = merge;
  }

  protected async assignment(): Promise<Extract<ToTrainer, { type: 'merge' }>> {
    const { inputs, domain } = this.context;
    const sources: MergeAssignment['sources'][number][] = [];
    for (const { checkpointId, share } of this.merge.sources) {
      sources.push({ path: await inputs.checkpoint(await domain.checkpoints.getOrFail(checkpointId)), share });
    }
    return { type: 'merge', assignment: { sources, scratch: this.scratch } };
  }

  protected async finished({ checkpoint: folder }: Final): Promise<(() => Promise<void>) | undefined> {
    if (folder === null) return undefined;
    const { checkpoints, artifacts, merges } = this.context.domain;
    const { name, sources } = this.merge;
    const { architecture, layout, parameterCount, config } = await checkpoints.getOrFail(sources[0]!.checkpointId);
    return async () => {
      const files = await putFolder(artifacts, folder);
      await merges.succeed(this.claim, { name, files, architecture, layout, parameterCount, config });
    };
  }
}
