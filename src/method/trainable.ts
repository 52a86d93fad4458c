/** Says of each weight whether it moves, given its canonical name (OpenAI's state-dict names). */
export type Trainable = (name: string) => boolean;

/** The parts of a CLIP a method may train, by name; `param.choice({ options: PARTS })` lets a run choose. */
export const PARTS = ['all', 'image-tower', 'text-tower', 'projections'] as const;
export type Part = (typeof PARTS)[number];

const isVisual = (name: string) => name.startsWith('visual.');
const isLogitScale = (name: string) => name === 'logit_scale';
// The last linear map of each tower: ViT's `visual.proj`, the ResNet's attention-pool output, the text projection.
const PROJECTIONS = new Set([
  'visual.proj',
  'visual.attnpool.c_proj.weight',
  'visual.attnpool.c_proj.bias',
  'text_projection',
]);

const SELECTORS: Readonly<Record<Part, Trainable>> = {
  all: () => true,
  'image-tower': isVisual,
  'text-tower': (name) => !isVisual(name) && !isLogitScale(name),
  projections: (name) => PROJECTIONS.has(name),
};

export function trainable(part: Part): Trainable {
  return SELECTORS[part];
}
