import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../src/config';
import { type AttackResult, type Domain, type Finding, Refusal, type Run, type Verification } from '../../src/domain';
import { type RunningExecutor, startExecutor } from '../../src/executor';
import { createLog } from '../../src/observability/log';
import { openDomain } from '../../src/open-domain';
import { version } from '../../src/version';
import { FINE_WORDS } from '../pretrain/words';
import type { Measured } from './measured';
import type { Cell } from './subjects';

/** What methods that need other steps on small models call theirs. */
const PRESET = 'small';
const RUN_SEED = 1;

interface SceneOptions {
  /** Data folder of the server; temporary. */
  readonly home: string;
  readonly checkpoint: string;
  /** Holds pretrain, unlearn and evaluate. */
  readonly images: string;
  /** The retrained model of each class that has one. */
  readonly retrained: ReadonlyMap<string, Retrained>;
  /** Cells at a time, each on one thread. */
  readonly jobs: number;
}

export interface Retrained {
  readonly folder: string;
  readonly digest: string;
}

interface Given {
  readonly checkpointId: string;
  readonly pretrainId: string;
  readonly unlearnId: string;
  readonly evaluateId: string;
}

interface Sets {
  readonly forget: string;
  /** Names of the classes, and no image. */
  readonly named: string;
  readonly namedOthers: string;
  readonly retain: string;
  readonly calibration: string;
  readonly retrained: { readonly id: string; readonly digest: string } | null;
}

/**
 * A server of its own in this process, with its database, its executor and its trainers: what is measured went the way of every run and
 * verification. What was to be forgotten are images that the original was trained on.
 */
export class Scene {
  private readonly sets = new Map<string, Promise<Sets>>();

  private constructor(
    private readonly domain: Domain,
    private readonly executor: RunningExecutor,
    private readonly given: Given,
    private readonly retrained: SceneOptions['retrained'],
  ) {}

  static async open({ home, checkpoint, images, retrained, jobs }: SceneOptions): Promise<Scene> {
    const config = readConfig({ LETHE_HOME: home, LETHE_LOG_LEVEL: 'error' });
    const domain = await openDomain(config);
    const log = createLog('error');
    const executor = await startExecutor({ domain, log, home, version, concurrency: jobs, threads: 1 });
    const registered = async (part: string) =>
      got(await domain.datasets.register({ name: part, source: join(images, `${part}.tar.gz`) })).id;
    const pretrainId = await registered('pretrain');
    const unlearnId = await registered('unlearn');
    const evaluateId = await registered('evaluate');
    const imported = { name: 'original', source: checkpoint, datasetIds: [pretrainId] };
    const { id: checkpointId } = got(await domain.checkpoints.import(imported));
    return new Scene(domain, executor, { checkpointId, pretrainId, unlearnId, evaluateId }, retrained);
  }

  async close(): Promise<void> {
    await this.executor.stop();
    await this.domain.close();
  }

  /** Throws when a run or a verification fails in a way that says nothing of the method. */
  async measure({ name, forgotten, subject }: Cell): Promise<Measured> {
    const sets = await this.setsOf(forgotten);
    const run = subject.method === undefined ? null : await this.run(subject.method, subject.zeroShot === true, sets);
    const verified = run?.resultId ?? (subject.name === 'retrained' ? sets.retrained!.id : this.given.checkpointId);
    // Beside itself it would pass whatever it knew.
    const retrained = subject.name === 'retrained' ? null : sets.retrained;
    const shared = {
      name,
      forgotten,
      retrained: retrained?.digest ?? null,
      runSeconds: run?.cost?.seconds ?? null,
    };
    if (run && run.resultId === null) return { ...shared, ...NOTHING, failed: run.error!.message };
    const whole = await this.verify(run, verified, sets, {});
    const beside =
      retrained && (await this.verify(run, verified, sets, { retrainedId: retrained.id, attacks: ['RMIA'] }));
    const { samples, seed } = whole.plan;
    return {
      ...shared,
      findings: await this.findings(whole),
      besideRetrained: beside ? await this.findings(beside) : [],
      verdict: whole.verdict,
      images: { forget: samples.forget, retain: samples.retain, held: samples.held },
      seed,
      planDigest: whole.planDigest,
      verificationSeconds: (whole.finishedAt!.getTime() - whole.createdAt.getTime()) / 1000,
      environment: environmentOf(whole),
    };
  }

  private setsOf(forgotten: string): Promise<Sets> {
    const known = this.sets.get(forgotten) ?? this.makeSets(forgotten);
    this.sets.set(forgotten, known);
    return known;
  }

  private async makeSets(forgotten: string): Promise<Sets> {
    const { sets, checkpoints } = this.domain;
    const { pretrainId, unlearnId } = this.given;
    const rest = FINE_WORDS.filter((name) => name !== forgotten);
    const others = { exceptClasses: [forgotten] };
    const only = { classes: [forgotten] };
    const retrained = this.retrained.get(forgotten);
    const imported =
      retrained && got(await checkpoints.import({ name: `without ${forgotten}`, source: retrained.folder }));
    const made = async (...[input]: Parameters<typeof sets.create>) => got(await sets.create(input)).id;
    return {
      forget: await made({ kind: 'FORGET', name: forgotten, datasetId: pretrainId, selector: only }),
      named: await made({ kind: 'FORGET', name: `the word ${forgotten}`, ...only }),
      namedOthers: await made({ kind: 'RETAIN', name: 'other words', classes: rest }),
      retain: await made({ kind: 'RETAIN', name: 'others', datasetId: pretrainId, selector: others }),
      calibration: await made({ kind: 'RETAIN', name: 'other others', datasetId: unlearnId, selector: others }),
      retrained: imported && retrained ? { id: imported.id, digest: retrained.digest } : null,
    };
  }

  /** The run once it has ended: with a result, or diverged. */
  private async run(method: string, zeroShot: boolean, sets: Sets): Promise<Run> {
    const { runs, methods, feed } = this.domain;
    const { needs, parameters } = got(await methods.byName(method));
    const started = got(
      await runs.start({
        checkpointId: this.given.checkpointId,
        method,
        forgetSetId: zeroShot ? sets.named : sets.forget,
        retainSetId: needs.includes('retain') ? sets.retain : zeroShot ? sets.namedOthers : null,
        calibrationSetId: needs.includes('calibration') ? sets.calibration : null,
        parameters: PRESET in (parameters['x-presets'] as object) ? { preset: PRESET } : {},
        seed: RUN_SEED,
        device: 'CPU',
        pictures: false,
      }),
    );
    for await (const item of feed.follow(started.id, 0, new AbortController().signal)) void item;
    const run = (await runs.get(started.id))!;
    if (run.resultId === null && run.error?.code !== 'DIVERGED') {
      throw new Error(`${method} ended as ${run.status}: ${run.error?.message ?? 'no result'}`);
    }
    return run;
  }

  private async verify(
    run: Run | null,
    checkpointId: string,
    sets: Sets,
    more: { retrainedId?: string; attacks?: ['RMIA'] },
  ): Promise<Verification> {
    const { verifications } = this.domain;
    const { checkpointId: originalId, evaluateId: datasetId } = this.given;
    const asked = { forgetSetId: sets.forget, retainSetId: sets.retain, datasetId, device: 'CPU', ...more } as const;
    const { id } = got(
      run
        ? await verifications.verifyRun({ runId: run.id, ...asked })
        : await verifications.verifyCheckpoint({ checkpointId, originalId, ...asked }),
    );
    for (;;) {
      const found = await verifications.getOrFail(id);
      if (found.status === 'SUCCEEDED') return found;
      if (found.finishedAt) throw new Error(`the verification ended as ${found.status}: ${found.error?.message}`);
      await sleep(500);
    }
  }

  private async findings({ id }: Verification): Promise<Finding[]> {
    const rows: AttackResult[] = await this.domain.verifications.resultsOf([id]);
    return rows.map(({ model, attack, key, value, lower, upper, count }) => ({
      model,
      attack,
      key,
      value,
      lower,
      upper,
      count,
    }));
  }
}

const NOTHING = {
  findings: [],
  besideRetrained: [],
  verdict: null,
  images: { forget: 0, retain: 0, held: 0 },
  seed: 0,
  planDigest: '',
  verificationSeconds: 0,
  environment: '',
} as const;

function environmentOf({ environment }: Verification): string {
  const { node, onnxruntime, platform, cpu, threads } = environment as Record<string, unknown>;
  return `${cpu}, ${platform}, Node ${node}, ONNX Runtime ${onnxruntime}, ${threads} thread${threads === 1 ? '' : 's'}`;
}

function got<T>(answer: T | Refusal): T {
  if (answer instanceof Refusal) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}
