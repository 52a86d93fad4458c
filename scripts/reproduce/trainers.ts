import { TrainerProcess } from '../../src/executor/trainer-process';
import type { FromTrainer } from '../../src/trainer/messages';
import type { CurvePoint, Finished } from './results';

type Said<T extends FromTrainer['type']> = Extract<FromTrainer, { type: T }>;

/** The weights or what is measured of them are not finite; the same run would be again. */
export class Diverged extends Error {}

/** Everything a trainer said; throws when it did not finish. */
export async function listen(first: ConstructorParameters<typeof TrainerProcess>[0]): Promise<FromTrainer[]> {
  const trainer = new TrainerProcess(first);
  const all: FromTrainer[] = [];
  for (let said = await trainer.next(); said; said = await trainer.next()) all.push(...said);
  const last = all.at(-1);
  if (last?.type === 'finished') return all;
  if (last?.type === 'failed' && last.code === 'DIVERGED') throw new Diverged(last.message);
  throw new Error(last?.type === 'failed' ? last.message : (await trainer.death).message);
}

export function only<T extends FromTrainer['type']>(said: readonly FromTrainer[], type: T): Said<T> {
  return said.find((message) => message.type === type) as Said<T>;
}

export function finished(said: readonly FromTrainer[]): Finished {
  const { outcome, cost } = only(said, 'finished');
  return { outcome, ...cost! };
}

/** What a stage measured of a coefficient it tried. */
export function curveOf(said: readonly FromTrainer[]): CurvePoint[] {
  return said
    .flatMap((message) => (message.type === 'metrics' ? message.points : []))
    .map(({ values }) => values)
    .filter(({ coefficient }) => coefficient !== undefined);
}

export function environmentOf(said: readonly FromTrainer[]): string {
  const { node, onnxruntime, platform, cpu, threads } = only(said, 'started').environment;
  return `${cpu}, ${platform}, Node ${node}, ONNX Runtime ${onnxruntime}, ${threads} thread${threads > 1 ? 's' : ''}`;
}
