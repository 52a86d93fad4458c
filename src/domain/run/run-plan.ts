import type { Dataset } from '../dataset/dataset.entity';
import type { DatasetService } from '../dataset/dataset.service';
import type { Method } from '../method/method.entity';
import type { MethodService } from '../method/method.service';
import { Refusal, refuse } from '../refusal/refusals';
import { refuseShared } from '../sample-set/refuse-shared';
import type { SampleSet } from '../sample-set/sample-set.entity';
import type { SampleSetService } from '../sample-set/sample-set.service';

/** What a run does it with, whoever it is to forget. */
export interface RunPlan {
  /** Name of the method. */
  method: string;
  parameters?: Record<string, unknown> | null;
  retainSetId?: string | null;
  calibrationSetId?: string | null;
  /** Dataset that neither training nor unlearning sees. */
  evaluateOnId?: string | null;
}

/** What a playbook says of its runs: all but which checkpoint shall forget what. */
export interface StandingPlan extends RunPlan {
  /** Datasets of which the sets are made when it is known what shall be forgotten. */
  retainFromId?: string | null;
  calibrateFromId?: string | null;
}

/** What is kept and what is tuned on: fields of a plan, for the set itself and for the dataset that it will be made of. */
const keeping = {
  retain: { set: 'retainSetId', from: 'retainFromId' },
  calibration: { set: 'calibrationSetId', from: 'calibrateFromId' },
} as const;
type Keeping = keyof typeof keeping;
const keepings = Object.keys(keeping) as Keeping[];

export interface CheckedPlan {
  method: Method;
  /** Defaults filled in. */
  parameters: Record<string, unknown>;
  retain: SampleSet | null;
  calibration: SampleSet | null;
}

interface PlanServices {
  datasets: DatasetService;
  methods: MethodService;
  sets: SampleSetService;
}

/** What of a run can be checked before it is known which checkpoint shall forget what. */
export async function checkStandingPlan(plan: StandingPlan, services: PlanServices): Promise<CheckedPlan | Refusal> {
  const { datasets, sets } = services;
  const toCome: Partial<Record<Keeping, Dataset>> = {};
  for (const need of keepings) {
    const { set, from } = keeping[need];
    const id = plan[from];
    if (id == null) continue;
    if (plan[set] != null) return refuse('INVALID_INPUT', [from], { problem: `give ${from} or ${set}, not both` });
    const dataset = await datasets.get(id);
    if (!dataset) return refuse('DATASET_NOT_FOUND', [from], { id });
    toCome[need] = dataset;
  }
  const checked = await checkPlan(plan, services, Object.keys(toCome));
  const { evaluateOnId } = plan;
  if (checked instanceof Refusal || evaluateOnId == null) return checked;
  const { retain } = checked;
  const inSet = retain && (await measuredOn(services, retain, `retain set ${retain.name}`, evaluateOnId));
  if (inSet || !toCome.retain) return inSet ?? checked;
  const { id, name } = toCome.retain;
  const shared = await sets.overlapOfDatasets(id, evaluateOnId);
  return refuseShared(shared, `dataset ${name}`, 'the images to evaluate on', 'evaluateOnId') ?? checked;
}

/** Method, parameters and sets are there and fit. @param toCome needs that are met later */
export async function checkPlan(
  plan: RunPlan,
  services: PlanServices,
  toCome: readonly string[] = [],
): Promise<CheckedPlan | Refusal> {
  const { datasets, methods, sets } = services;
  const method = await methods.byName(plan.method);
  if (method instanceof Refusal) return method;
  const valid = methods.validate(method, plan.parameters ?? {});
  if (valid instanceof Refusal) return valid;
  const retain = plan.retainSetId == null ? null : await sets.ofKind(plan.retainSetId, 'RETAIN', 'retainSetId');
  if (retain instanceof Refusal) return retain;
  const calibration =
    plan.calibrationSetId == null ? null : await sets.ofKind(plan.calibrationSetId, 'RETAIN', 'calibrationSetId');
  if (calibration instanceof Refusal) return calibration;
  const given = { retain, calibration };
  for (const need of keepings) {
    const needed = method.needs.includes(need) && !toCome.includes(need);
    const lacking = needed ? withoutImages(method, need, given[need]) : null;
    if (lacking) return lacking;
  }
  if (plan.evaluateOnId != null && !(await datasets.get(plan.evaluateOnId))) {
    return refuse('DATASET_NOT_FOUND', ['evaluateOnId'], { id: plan.evaluateOnId });
  }
  return { method, ...valid, retain, calibration };
}

/** Refuses a set that shares images with those that results are measured on. */
export async function measuredOn(
  { sets }: Pick<PlanServices, 'sets'>,
  { id }: SampleSet,
  name: string,
  evaluateOnId: string,
): Promise<Refusal | null> {
  const shared = await sets.overlapWithDataset(id, evaluateOnId);
  return refuseShared(shared, name, 'the images to evaluate on', 'evaluateOnId');
}

/** Null when the set is there and has images. */
export function withoutImages({ name: method }: Method, need: string, set: SampleSet | null): Refusal | null {
  if (!set) return refuse('SET_MISSING', [`${need}SetId`], { method, need });
  if (set.sampleCount > 0) return null;
  return refuse('SET_WITHOUT_SAMPLES', [`${need}SetId`], { method, need, set: set.name });
}
