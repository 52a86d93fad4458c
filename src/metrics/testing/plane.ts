import { oneGroup } from '../forgetting';
import type { Features, Measured, MetricRow } from '../metric';

/** Features in a plane, given as angles in degrees: the smaller the angle between two, the nearer they are. */
export interface Plane {
  /** [class or null, angle] of each sample. */
  readonly samples: readonly (readonly [string | null, number])[];
  /** Angle of each class's prompt; the names are the classes. */
  readonly prompts: Readonly<Record<string, number>>;
  /** Caption of each sample, and the angle of each caption. */
  readonly captions?: readonly string[];
  readonly captionAngles?: Readonly<Record<string, number>>;
  /** For each sample the first with the same image; each its own when left out. */
  readonly same?: readonly number[];
  /** Angles of the same images and prompts before forgetting. */
  readonly reference?: { readonly samples: readonly number[]; readonly prompts: Readonly<Record<string, number>> };
  readonly forget?: readonly string[];
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly byTemplate?: Readonly<Record<string, readonly number[]>>;
}

export const at = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

export function plane(of: Plane): Measured {
  const classes = Object.keys(of.prompts);
  const texts = [...new Set(of.captions ?? [])];
  const features = (images: readonly number[], prompts: Readonly<Record<string, number>>): Features => ({
    images: images.map(at),
    classifier: classes.map((name) => at(prompts[name]!)),
    byTemplate: new Map(Object.entries(of.byTemplate ?? {}).map(([template, angles]) => [template, angles.map(at)])),
    captions: texts.map((text) => at(of.captionAngles?.[text] ?? 0)),
  });
  const index = (name: string) => classes.indexOf(name);
  return {
    classes,
    labels: of.samples.map(([name]) => (name === null ? -1 : index(name))),
    captions: (of.captions ?? []).map((caption) => texts.indexOf(caption)),
    same: of.same ?? [...of.samples.keys()],
    forget: new Set((of.forget ?? []).map(index)),
    groups: of.groups
      ? Object.entries(of.groups).map(([name, members]) => ({ name, classes: members.map(index) }))
      : oneGroup(classes),
    model: features(
      of.samples.map(([, angle]) => angle),
      of.prompts,
    ),
    reference: of.reference ? features(of.reference.samples, of.reference.prompts) : null,
  };
}

/** Rows as [key, subject, value, count, chance], which is what the tests compute by hand. */
export function brief(rows: readonly MetricRow[]): unknown[] {
  return rows.map(({ key, subject, value, count, chance }) => [key, subject, rounded(value), count, rounded(chance)]);
}

const rounded = (value: number | null) => value && Math.round(value * 1e6) / 1e6;
