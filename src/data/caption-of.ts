import type { Sample } from './sample';

export const DEFAULT_TEMPLATE = 'a photo of a {}';

/** The prompt of a class: the template with the name in place of {}. */
export function prompt(template: string, className: string): string {
  return template.replaceAll('{}', className.replaceAll('_', ' '));
}

/** What is said of a sample: its own caption, or the prompt of its class. */
export function captionOf(sample: Pick<Sample, 'caption' | 'label'>, template = DEFAULT_TEMPLATE): string {
  if (sample.caption !== null) return sample.caption;
  if (sample.label === null) throw new Error('internal: a sample has neither caption nor label');
  return prompt(template, sample.label);
}
