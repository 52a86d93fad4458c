import {
  ATTACKED,
  ATTACKS,
  type Attack,
  type AttackedModel,
  type AttackName,
  type AttackRow,
  type Embedded,
  type Evidence,
  type OfParts,
  relearningRows,
} from '../../attacks';
import { type Checkpoint, readCheckpoint } from '../../clip';
import { zeroShotHits } from '../../metrics';
import { computeOf } from '../compute';
import { environment } from '../environment';
import type { AttackFinding, VerificationAssignment } from '../messages';
import type { Send } from '../reporter';
import type { Control } from '../run-assignment';
import { RunFailure } from '../stop';
import { embedded } from './embedded';
import { relearn } from './relearn';

/** Between two reports of progress of one kind, in milliseconds. */
const INTERVAL = 200;

const NAMES: Readonly<Record<AttackedModel, string>> = {
  SUBJECT: 'the model',
  ORIGINAL: 'the original',
  RETRAINED: 'the retrained model',
};

/** Attacks models as planned: first embeds with each of them, one after the other, then attacks each. */
export async function verify(assignment: VerificationAssignment, send: Send, control: Control): Promise<void> {
  const codeDigest = null;
  send({
    type: 'started',
    environment: environment({ ...computeOf(assignment), codeDigest, parameters: {} }),
    resumedFrom: null,
  });
  const given = ATTACKED.filter((model) => assignment.models[model] !== null);
  const checkpoints = new Map<AttackedModel, Checkpoint>();
  const features = new Map<AttackedModel, Embedded>();
  for (const model of given) {
    const checkpoint = await readCheckpoint(assignment.models[model]!);
    await control.breathe();
    checkpoints.set(model, checkpoint);
    const onProgress = progress(`images of ${NAMES[model]}`, send);
    features.set(model, await embedded(checkpoint, assignment, control, onProgress));
  }
  const references: Embedded[] = [];
  for (const folder of assignment.references) {
    const checkpoint = await readCheckpoint(folder);
    await control.breathe();
    const onProgress = progress(`images of reference ${references.length + 1}`, send);
    references.push(await embedded(checkpoint, assignment, control, onProgress));
  }
  const evidence = evidenceOf(assignment, features, references);
  const original = accuracyOf(evidence('ORIGINAL'));
  if (original === 0) {
    throw new RunFailure(
      'REFUSED',
      'the original knows no held-out image of the forgotten classes: nothing could be forgotten',
    );
  }

  const results: AttackFinding[] = [];
  for (const model of given) {
    for (const attack of assignment.attacks[model]) {
      const stage = `${attack} on ${NAMES[model]}`;
      const onProgress = progress(stage, send);
      onProgress(0, 1);
      await control.breathe();
      const rows = await rowsOf(attack, model);
      for (const row of rows) results.push({ model, attack, ...finite(row, stage) });
      onProgress(1, 1);
    }
  }
  send({ type: 'verified', results });

  async function rowsOf(name: AttackName, model: AttackedModel): Promise<AttackRow[]> {
    const attack: Attack = ATTACKS[name];
    if ('measure' in attack) return attack.measure(evidence(model));
    const { share, steps } = assignment.relearning;
    const onLook = progress(`${name} on ${NAMES[model]}`, send);
    const curve = await relearn(checkpoints.get(model)!, attack.trainsOn, assignment, control, onLook);
    return relearningRows(curve, { original, share, most: steps });
  }
}

function evidenceOf(
  { parts, classes, forgetClasses, superclasses, seed }: VerificationAssignment,
  features: ReadonlyMap<AttackedModel, Embedded>,
  references: readonly Embedded[],
): (model: AttackedModel) => Evidence {
  const indices = (names: readonly string[]) => names.map((name) => classes.indexOf(name)).filter((c) => c >= 0);
  const labelsOf = (part: keyof typeof parts) =>
    (parts[part]?.samples ?? []).map(({ label }) => classes.indexOf(label!));
  const labels: OfParts<number> = { forget: labelsOf('forget'), retain: labelsOf('retain'), held: labelsOf('held') };
  const original = features.get('ORIGINAL')!;
  const retrained = features.get('RETRAINED');
  return (model) => ({
    classes,
    labels,
    forget: new Set(indices(forgetClasses)),
    superclasses: superclasses.map(({ name, classes: own }) => ({ name, classes: indices(own) })),
    model: features.get(model)!,
    original,
    references: [...(retrained ? [retrained] : []), ...references],
    seed,
  });
}

/** Zero-shot accuracy on the held-out images of the forgotten classes. */
function accuracyOf({ labels, forget, model }: Evidence): number {
  const asked = [...labels.held.keys()].filter((i) => forget.has(labels.held[i]!));
  const own = asked.map((i) => labels.held[i]!);
  const hits = zeroShotHits(
    asked.map((i) => model.images.held[i]!),
    own,
    model.classifier,
  );
  return hits.filter(Boolean).length / hits.length;
}

function finite(row: AttackRow, stage: string): AttackRow {
  if ([row.value, row.lower, row.upper].every(Number.isFinite)) return row;
  throw new RunFailure('DIVERGED', `${stage} gives ${row.value} as ${row.key}: so are features`);
}

function progress(stage: string, send: Send): (done: number, total: number) => void {
  let sentAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    if (done < total && performance.now() - sentAt < INTERVAL) return;
    sentAt = performance.now();
    send({ type: 'measuring', stage, done, total });
  };
}
