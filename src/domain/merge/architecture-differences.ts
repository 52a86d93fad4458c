/**
 * Parts of a configuration that follow from how the files are laid out, not from the model: a merge is written as its
 * first source is.
 */
const OF_THE_LAYOUT = new Set(['layout', 'image.crop', 'text.pooling']);

/** What two configurations differ in, such as `image.width (768 and 1024)`; empty when they are of one architecture. */
export function architectureDifferences(left: unknown, right: unknown, path = ''): string[] {
  if (OF_THE_LAYOUT.has(path)) return [];
  if (isObject(left) && isObject(right)) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      architectureDifferences(left[key], right[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  return [`${path} (${JSON.stringify(left) ?? 'absent'} and ${JSON.stringify(right) ?? 'absent'})`];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
