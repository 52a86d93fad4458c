/** What is verified: a model that needs no run, or what a method makes of the original. */
export interface Subject {
  readonly name: string;
  readonly method?: string;
  /** The method gets the name of the class and no image. */
  readonly zeroShot?: true;
}

const method = (name: string): Subject => ({ name, method: name });

/** The original and the retrained model say what a bound can tell apart: the one has to fail, the other has to pass. */
export const ORIGINAL: Subject = { name: 'original' };
export const RETRAINED: Subject = { name: 'retrained' };

/** Each method with its preset `small`, where it has one. */
export const SUBJECTS: readonly Subject[] = [
  ORIGINAL,
  RETRAINED,
  ...['clip-erase', 'fine-tune', 'grad-ascent', 'grad-diff', 'kl'].map(method),
  { ...method('lip'), zeroShot: true },
  ...['salun', 'slug', 'ssd', 'task-negation', 'three-stage'].map(method),
];

/** An animal with another one beside it, and a vehicle with another one beside it. */
export const FORGOTTEN = ['dog', 'truck'] as const;

/** One verification: a subject, and the class that it was to forget. */
export interface Cell {
  readonly name: string;
  readonly forgotten: string;
  readonly subject: Subject;
}

export const nameOf = (forgotten: string, { name }: Subject): string => `${forgotten} ${name}`;

/** @param retrained whether there is a retrained model for a class */
export function cellsOf(classes: readonly string[], retrained: (forgotten: string) => boolean): Cell[] {
  return classes.flatMap((forgotten) =>
    SUBJECTS.filter((subject) => subject !== RETRAINED || retrained(forgotten)).map((subject) => ({
      name: nameOf(forgotten, subject),
      forgotten,
      subject,
    })),
  );
}
